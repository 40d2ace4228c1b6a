import { createServer, type IncomingMessage, type Server } from 'node:http';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { s3Storage } from './storage-s3.ts';
import { folderStorage, type Storage } from './storage.ts';

/** What a store of S3's kind does with single objects, over real HTTP, for the real client. */
class ObjectStore {
  readonly objects = new Map<string, Buffer>();
  /** How many of the next requests are answered with an error of the store. */
  failing = 0;
  readonly authorizations: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    void this.#answer(request).then(({ status, body, type }) => {
      response.writeHead(status, { 'content-type': type ?? 'application/octet-stream', etag: '"1"' }).end(body);
    });
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('a server on a port has one');
    return `http://127.0.0.1:${String(address.port)}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage): Promise<{ status: number; body?: Buffer | string; type?: string }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    this.authorizations.push(request.headers.authorization ?? '');
    if (this.failing > 0) {
      this.failing -= 1;
      return problem(503, 'SlowDown');
    }
    const { pathname } = new URL(request.url ?? '', 'http://store');
    switch (request.method) {
      case 'PUT':
        this.objects.set(pathname, decoded(Buffer.concat(chunks), request));
        return { status: 200 };
      case 'DELETE':
        this.objects.delete(pathname);
        return { status: 204 };
      default: {
        const body = this.objects.get(pathname);
        return body === undefined ? problem(404, 'NoSuchKey') : { status: 200, body };
      }
    }
  }
}

function problem(status: number, code: string) {
  const body = `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`;
  return { status, body, type: 'application/xml' };
}

/** A body may come in chunks that say their length, with a checksum behind them. */
function decoded(body: Buffer, request: IncomingMessage): Buffer {
  if (request.headers['content-encoding'] !== 'aws-chunked') return body;
  const parts: Buffer[] = [];
  for (let at = 0; ;) {
    const end = body.indexOf('\r\n', at);
    const length = Number.parseInt(body.toString('latin1', at, end), 16);
    if (!(length > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(end + 2, end + 2 + length));
    at = end + 2 + length + 2;
  }
}

const store = new ObjectStore();
let folder = '';
const storages: { folder?: Storage; bucket?: Storage } = {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cascade-storage-'));
  storages.folder = folderStorage(folder);
  const access = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'a secret that is sent nowhere' };
  storages.bucket = s3Storage({ bucket: 'cascade', region: 'eu-south-1', endpoint: await store.start(), ...access });
});

afterAll(async () => {
  await store.stop();
  await rm(folder, { recursive: true });
});

function storage(kind: 'folder' | 'bucket'): Storage {
  const found = storages[kind];
  if (found === undefined) throw new Error('storages are made before the tests');
  return found;
}

describe.each(['folder', 'bucket'] as const)('a storage in a %s', (kind) => {
  test('gives back the very bytes, and nothing where there is nothing', async () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, index) => index % 256);
    expect(await storage(kind).get('pictures/a/320.webp')).toBeNull();
    await storage(kind).put('pictures/a/320.webp', bytes);
    const found = await storage(kind).get('pictures/a/320.webp');
    expect(found !== null && Buffer.compare(found, bytes) === 0).toBe(true);
  });

  test('forgets what is removed, also twice', async () => {
    await storage(kind).put('contents/b', Buffer.from('secret'));
    await storage(kind).remove('contents/b');
    await storage(kind).remove('contents/b');
    expect(await storage(kind).get('contents/b')).toBeNull();
  });

  test('has no name that leads elsewhere', async () => {
    for (const name of ['../outside', '/etc/passwd', 'a//b', 'A', '', 'a/b/c/d/e', 'a.b.c']) {
      await expect(storage(kind).put(name, Buffer.from('x')), name).rejects.toThrow(/its place only/);
      await expect(storage(kind).get(name), name).rejects.toThrow(/its place only/);
      await expect(storage(kind).remove(name), name).rejects.toThrow(/its place only/);
    }
  });
});

test('what is written in a folder leaves nothing half-written beside it', async () => {
  await Promise.all(Array.from({ length: 8 }, () => storage('folder').put('contents/c', Buffer.alloc(50_000, 7))));
  expect(await readdir(join(folder, 'contents'))).toEqual(['c']);
});

test('a bucket’s requests are signed, and a failure that passes is tried again', async () => {
  store.failing = 2;
  await storage('bucket').put('contents/d', Buffer.from('kept'));
  expect((await storage('bucket').get('contents/d'))?.toString()).toBe('kept');
  expect(store.authorizations.every((line) => line.startsWith('AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/'))).toBe(true);
});

test('a bucket that stays away is an error, never an empty answer', async () => {
  await storage('bucket').put('contents/e', Buffer.from('kept'));
  store.failing = 20;
  await expect(storage('bucket').get('contents/e')).rejects.toThrow();
  store.failing = 0;
  expect((await storage('bucket').get('contents/e'))?.toString()).toBe('kept');
});
