import { describe, expect, it } from 'vitest';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { asSuperuser, testDatabase, type TestDatabase } from '../database.ts';
import { move } from '../ledger.ts';
import { watchBank } from './bank-reader.ts';
import { openBank, postTo, type Bank } from './bank.ts';
import { ClientList, type Differences } from './client-list.ts';
import { readHistory } from './history.ts';
import { FrameReader, isCommitDone, isIdle, StatementReader } from './wire-frames.ts';

/** The eyes of the proofs, with something to see. */
async function smallBank(): Promise<{ database: TestDatabase; bank: Bank; request: TransferRequest }> {
  const database = await testDatabase();
  const bank = await openBank(database, 2, new ClientList());
  const [from = 0n, to = 0n] = bank.wallets;
  const request = move({ from, to, amountMinor: 5n });
  bank.list.answered([request], await postTo(database)([request]));
  return { database, bank, request };
}

/** Runs SQL past all that protects the books. */
function damage(database: TestDatabase, sql: string): Promise<void> {
  return asSuperuser(database, `SET session_replication_role = replica; ${sql}`);
}

describe('the client’s list', () => {
  const cases: { fault: keyof Differences; what: string; sql: (id: string) => string }[] = [
    {
      fault: 'lost',
      what: 'a transfer that is gone with all of its traces',
      sql: (id) =>
        `DELETE FROM ledger.entry WHERE transfer_id = '${id}'; DELETE FROM ledger.transfer WHERE id = '${id}'`,
    },
    {
      fault: 'different',
      what: 'a transfer of another amount',
      sql: (id) => `UPDATE ledger.transfer SET amount = 6 WHERE id = '${id}'`,
    },
    {
      fault: 'doubled',
      what: 'a transfer with one entry too many',
      sql: (
        id,
      ) => `INSERT INTO ledger.entry (account_id, version, amount, balance, reserved, booked_at, transfer_id, kind)
        SELECT account_id, version + 1, amount, balance, reserved, booked_at, transfer_id, kind
        FROM ledger.entry WHERE transfer_id = '${id}' LIMIT 1`,
    },
  ];

  it('agrees with sound books', async () => {
    const { database, bank } = await smallBank();
    const nothing = { lost: [], different: [], doubled: [], strangers: [], contradicted: [] };
    expect(await bank.list.differences(database)).toEqual(nothing);
  });

  it.each(cases)('names $what', async ({ fault, sql }) => {
    const { database, bank, request } = await smallBank();
    await damage(database, sql(request.id));
    expect((await bank.list.differences(database))[fault]).toEqual([request.id]);
  });

  it('names a transfer that nobody asked for, and an answer that was taken back', async () => {
    const { database, bank, request } = await smallBank();
    const stranger = { ...request, id: move({ from: 1n, to: 2n, amountMinor: 1n }).id };
    await postTo(database)([stranger]);
    bank.list.answered([request], [{ status: 'refused', id: request.id, code: 'insufficient_funds', replayed: true }]);
    expect(await bank.list.differences(database)).toMatchObject({
      strangers: [stranger.id],
      contradicted: [request.id],
    });
  });
});

it('a snapshot of a bank with a changed balance shows the wrong total and the wallet', async () => {
  const { database, bank, request } = await smallBank();
  const wallet = request.creditAccountId.toString();
  await damage(database, `UPDATE ledger.account SET balance = balance + 1 WHERE id = ${wallet}`);
  const { faults } = await watchBank(database, bank, () => true);
  expect(faults).toEqual([`wallet ${wallet} and its last entry differ`, 'the total is 2001']);
});

it('a history with a changed balance, a gap or a time that runs backwards is not taken for one', async () => {
  const { database, bank, request } = await smallBank();
  const wallet = request.creditAccountId.toString();
  const second = `account_id = ${wallet} AND version = 2`;
  await damage(
    database,
    `UPDATE ledger.entry SET balance = 7, booked_at = booked_at - interval '1 hour' WHERE ${second}`,
  );
  expect((await readHistory(database, bank.wallets)).faults).toEqual([
    `account ${wallet} version 2 was booked before the version before it`,
    `account ${wallet} version 2 holds 7, its entries say 1005`,
  ]);
  await damage(database, `UPDATE ledger.account SET version = 3 WHERE id = ${wallet}`);
  await damage(database, `UPDATE ledger.entry SET balance = 1005, version = 3 WHERE ${second}`);
  expect((await readHistory(database, bank.wallets)).faults).toContain(
    `account ${wallet} version 3 stands where 2 should`,
  );
});

it('messages of the protocol are found however the bytes are cut', () => {
  const message = (type: string, body: string) => {
    const length = Buffer.alloc(4);
    length.writeInt32BE(4 + Buffer.byteLength(body));
    return Buffer.concat([Buffer.from(type), length, Buffer.from(body)]);
  };
  const bytes = Buffer.concat([
    message('', 'greeting'),
    message('P', 'name\0SELECT 1\0\0\0'),
    message('B', '\0name\0'),
    message('Q', 'COMMIT\0'),
    message('C', 'COMMIT\0'),
    message('Z', 'I'),
    message('Z', 'T'),
  ]);
  for (const size of [1, 3, 7, bytes.length]) {
    const reader = new FrameReader({ startsWithoutType: true });
    const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      reader.read(bytes.subarray(index * size, (index + 1) * size)),
    );
    const frames = pieces.flat();
    expect(frames.map(({ type }) => type)).toEqual(['', 'P', 'B', 'Q', 'C', 'Z', 'Z']);
    const statements = new StatementReader();
    const brought = [null, null, 'SELECT 1', 'COMMIT', null, null, null];
    expect(frames.map((frame) => statements.read(frame))).toEqual(brought);
    expect(frames.map(isCommitDone)).toEqual([false, false, false, false, true, false, false]);
    expect(frames.map(isIdle)).toEqual([false, false, false, false, false, true, false]);
    expect(Buffer.concat(frames.map((frame) => frame.bytes))).toEqual(bytes);
  }
});
