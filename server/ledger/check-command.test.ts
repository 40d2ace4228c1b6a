import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { breakerState, checkRuns } from '#server/ledger/check-runs.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { books } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet } = books(database);
const command = fileURLToPath(new URL('check-command.ts', import.meta.url));
const summary = z.object({
  ok: z.boolean(),
  kind: z.string(),
  hard: z.number(),
  soft: z.number(),
  figures: z.record(z.string(), z.string()),
});

function check(...args: string[]): Promise<{ exitCode: number; lines: string[] }> {
  const settings = {
    NODE_ENV: 'test' as const,
    CASCADE_MODE: 'sandbox',
    APP_URL: 'http://127.0.0.1:3000',
    DATABASE_URL: database.adminUrl,
    CASCADE_SECRET: 'a secret of at least thirty-two characters',
    STRIPE_SECRET_KEY: 'sk_test_ledger',
    VENICE_ISSUER: 'http://127.0.0.1:4000',
    VENICE_CLIENT_ID: 'cascade',
    VENICE_CLIENT_SECRET: 'secret',
  };
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [command, ...args], { env: settings }, (_, output, problems) => {
      resolve({ exitCode: child.exitCode ?? -1, lines: (output + problems).trim().split('\n') });
    });
  });
}

it('npm run ledger:check exits with 0 on sound books and with 1 on wrong ones, and names the first difference', async () => {
  const account = await wallet(100n);
  const sound = await check();
  expect(sound.exitCode, sound.lines.join('\n')).toBe(0);
  expect(summary.parse(JSON.parse(sound.lines.at(-1) ?? ''))).toMatchObject({
    ok: true,
    hard: 0,
    figures: { transfers: '1' },
  });
  await asSuperuser(database, `UPDATE ledger.account SET balance = balance + 7 WHERE id = ${account.toString()}`);
  const wrong = await check();
  expect(wrong.exitCode).toBe(1);
  expect(wrong.lines).toContain('hard asset_sum_zero (once): asset DUCAT: expected sum of balances 0, found 7');
  expect(wrong.lines.join('\n')).toContain(`account_is_its_entries (once): account ${account.toString()}`);
  expect(summary.parse(JSON.parse(wrong.lines.at(-1) ?? ''))).toMatchObject({ ok: false, hard: 3 });
});

it('keeps its result, and with --incremental reads what came since the last good one', async () => {
  const before = (await checkRuns(database.client, { limit: 100 })).map(({ kind, ok }) => ({ kind, ok }));
  expect(before).toEqual([
    { kind: 'full', ok: false },
    { kind: 'full', ok: true },
  ]);
  const wrong = await check('--incremental');
  expect(wrong.exitCode).toBe(1);
  expect(summary.parse(JSON.parse(wrong.lines.at(-1) ?? ''))).toMatchObject({
    kind: 'incremental',
    figures: { accounts: '1', transfers: '1' },
  });
  expect(await checkRuns(database.client, { limit: 1 })).toMatchObject([{ kind: 'incremental', ok: false }]);
  expect((await breakerState(database.client)).isOpen).toBe(false);
});
