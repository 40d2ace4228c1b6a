import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readArguments } from './arguments.mjs';
import { contentHash } from './content-hash.mjs';
import { embeddedParts } from './environment.mjs';
import { Halt, withPermissionSentence } from './halt.mjs';
import { claimFolder, folderHolder } from './lock.mjs';
import { isPortFree, rememberedPorts } from './ports.mjs';
import { readSecrets } from './secrets.mjs';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cascade-start-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('the command line', () => {
  test.each([
    [[], { isFresh: false, isDev: false, port: null }],
    [['--fresh', '--port', '3100'], { isFresh: true, isDev: false, port: 3100 }],
    [['--dev'], { isFresh: false, isDev: true, port: null }],
  ])('reads %j', (args, expected) => {
    expect(readArguments(args)).toEqual(expected);
  });

  test.each([[['--port', '0']], [['--port', 'http']], [['--port', '65536']], [['--loud']]])(
    'refuses %j in a sentence',
    (args) => {
      expect(() => readArguments(args)).toThrow(Halt);
    },
  );
});

describe('the fingerprint of sources', () => {
  test('changes with a content and with a name, and with nothing else', () => {
    mkdirSync(join(folder, 'app'));
    writeFileSync(join(folder, 'app', 'page.tsx'), 'one');
    const first = contentHash(folder, ['app', 'missing']);
    writeFileSync(join(folder, 'app', 'page.tsx'), 'one');
    expect(contentHash(folder, ['app', 'missing'])).toBe(first);
    writeFileSync(join(folder, 'app', 'page.tsx'), 'two');
    const second = contentHash(folder, ['app', 'missing']);
    writeFileSync(join(folder, 'app', 'other.tsx'), '');
    expect(new Set([first, second, contentHash(folder, ['app', 'missing'])]).size).toBe(3);
  });

  test('leaves out what is ignored', () => {
    writeFileSync(join(folder, 'page.tsx'), 'one');
    const first = contentHash(folder, ['.'], (path) => path.endsWith('.test.tsx'));
    writeFileSync(join(folder, 'page.test.tsx'), 'test');
    expect(contentHash(folder, ['.'], (path) => path.endsWith('.test.tsx'))).toBe(first);
  });
});

describe('settings from outside', () => {
  test('replace the part they belong to and no other', () => {
    expect(embeddedParts({})).toEqual({ database: true, stripe: true, venice: true });
    expect(embeddedParts({ DATABASE_URL: 'postgresql://db/cascade' })).toEqual({
      database: false,
      stripe: true,
      venice: true,
    });
    expect(embeddedParts({ STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_WEBHOOK_SECRET: 'whsec_1' }).stripe).toBe(false);
  });

  test('a key without its webhook secret is refused in a sentence', () => {
    expect(() => embeddedParts({ STRIPE_SECRET_KEY: 'sk_test_1' })).toThrow(/STRIPE_WEBHOOK_SECRET is not/);
  });
});

describe('a data folder', () => {
  test('belongs to one start at a time', () => {
    const release = claimFolder(folder, 'Stop it first.');
    expect(folderHolder(folder)).toBeNull();
    release();
    writeFileSync(join(folder, 'up.lock'), '1\n');
    expect(() => claimFolder(folder, 'Stop it first.')).not.toThrow();
  });

  test('keeps its secrets, and keeps them from others', () => {
    const secrets = readSecrets(folder);
    expect(readSecrets(folder)).toEqual(secrets);
    expect(statSync(join(folder, 'secrets.json')).mode & 0o777).toBe(0o600);
    expect(secrets.cascadeSecret.length).toBeGreaterThanOrEqual(32);
  });

  test('a damaged file of secrets is named in a sentence', () => {
    writeFileSync(join(folder, 'secrets.json'), '{"half":');
    expect(() => readSecrets(folder)).toThrow(/damaged.*--fresh/s);
  });

  test('keeps its ports until somebody else takes one', async () => {
    const first = await rememberedPorts(folder, ['venice', 'stripe']);
    expect(await rememberedPorts(folder, ['venice', 'stripe'])).toEqual(first);
    const server = createServer();
    await new Promise((resolve) => server.listen(first.venice, '127.0.0.1', resolve));
    const second = await rememberedPorts(folder, ['venice', 'stripe']);
    const isFree = await isPortFree(first.venice);
    await new Promise((resolve) => server.close(resolve));
    expect(isFree).toBe(false);
    expect(second.venice).not.toBe(first.venice);
    expect(second.stripe).toBe(first.stripe);
  });

  test('a missing permission becomes a sentence that names the folder', () => {
    const error = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    expect(withPermissionSentence(error, '/clone/.cascade').message).toMatch(/may not write to \/clone\/\.cascade/);
  });
});
