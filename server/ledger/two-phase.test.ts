import { describe, expect, it } from 'vitest';
import { checkLedger } from '#server/ledger/checker.ts';
import { sweepPendings } from '#server/ledger/jobs.ts';
import { accountBalance, accountEntries } from '#server/ledger/queries.ts';
import type { TransferResult } from '#server/ledger/schema.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, balance, available, ...ledger } = books(database);

function codes(results: readonly TransferResult[]): string[] {
  return results.map((result) => (result.status === 'refused' ? result.code : result.status));
}

/** Moves the ledger's clock; only a sandbox database allows it. */
async function advanceClock(seconds: number): Promise<void> {
  const control = await database.client.ledgerControl.findFirstOrThrow();
  const offset = control.clockOffsetMicroseconds + BigInt(seconds) * 1_000_000n;
  await database.client.$queryRaw`SELECT ledger.set_clock_offset(${offset}::bigint)::text`;
}

async function ledgerTime(): Promise<Date> {
  const rows = await database.client.$queryRaw<{ now: Date }[]>`SELECT ledger.now() AS now`;
  return rows[0]?.now ?? new Date();
}

describe('a pending transfer', () => {
  it('reserves on its debit account and moves nothing', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const hold = move({ from, to, amountMinor: 70n, pending: {} });
    expect(await ledger.post([hold])).toMatchObject([{ status: 'created', amountMinor: 70n }]);
    expect(await accountBalance(database.client, from)).toEqual({
      balanceMinor: 100n,
      reservedMinor: 70n,
      availableMinor: 30n,
      version: 2n,
    });
    expect(await balance(to)).toBe(0n);
    expect(codes(await ledger.post([move({ from, to, amountMinor: 31n }), hold]))).toEqual([
      'insufficient_funds',
      'exists',
    ]);
    const { entries } = await accountEntries(database.client, { accountId: from, limit: 1 });
    expect(entries).toMatchObject([{ amountMinor: 0n, balanceAfterMinor: 100n, reservedAfterMinor: 70n }]);
  });

  it('posted in part moves that part and releases the rest, once', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const hold = move({ from, to, amountMinor: 70n, pending: {} });
    await ledger.post([hold]);
    const tooMuch = move({ from, to, amountMinor: 71n, postPendingId: hold.id });
    const settle = move({ from, to, amountMinor: 40n, postPendingId: hold.id });
    expect(codes(await ledger.post([tooMuch, settle, settle]))).toEqual([
      'exceeds_pending_amount',
      'created',
      'exists',
    ]);
    expect([await balance(from), await available(from), await balance(to)]).toEqual([60n, 60n, 40n]);
    expect(
      codes(
        await ledger.post([
          move({ from, to, amountMinor: 1n, postPendingId: hold.id }),
          move({ from, to, amountMinor: 0n, voidPendingId: hold.id }),
        ]),
      ),
    ).toEqual(['pending_already_posted', 'pending_already_posted']);
  });

  it('voided gives everything back, once', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const hold = move({ from, to, amountMinor: 70n, pending: {} });
    await ledger.post([hold]);
    const release = move({ from, to, amountMinor: 0n, voidPendingId: hold.id });
    expect(codes(await ledger.post([release]))).toEqual(['created']);
    expect([await available(from), await balance(to)]).toEqual([100n, 0n]);
    expect(codes(await ledger.post([move({ from, to, amountMinor: 1n, postPendingId: hold.id })]))).toEqual([
      'pending_already_voided',
    ]);
  });

  it('is resolved only between its own accounts, and only when it is pending', async () => {
    const [from, to, other] = [await wallet(100n), await wallet(), await wallet()];
    const hold = move({ from, to, amountMinor: 70n, pending: {} });
    const plain = move({ from, to, amountMinor: 1n });
    await ledger.post([hold, plain]);
    expect(
      codes(
        await ledger.post([
          move({ from, to: other, amountMinor: 70n, postPendingId: hold.id }),
          move({ from, to, amountMinor: 1n, postPendingId: plain.id }),
          move({ from, to, amountMinor: 1n, postPendingId: transferId() }),
          move({ from, to, amountMinor: 70n, voidPendingId: hold.id }),
        ]),
      ),
    ).toEqual(['pending_account_mismatch', 'pending_not_found', 'pending_not_found', 'amount_out_of_range']);
    expect(await available(from)).toBe(29n);
  });

  it('can be resolved in the batch that makes it, and a failing group takes both back', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const hold = move({ from, to, amountMinor: 70n, pending: {}, linked: true });
    const settle = move({ from, to, amountMinor: 70n, postPendingId: hold.id, linked: true });
    const failing = move({ from, to, amountMinor: 31n });
    expect(codes(await ledger.post([hold, settle, failing]))).toEqual([
      'linked_group_failed',
      'linked_group_failed',
      'insufficient_funds',
    ]);
    expect([await available(from), await balance(to)]).toEqual([100n, 0n]);
    const hold2 = move({ from, to, amountMinor: 70n, pending: {} });
    const settle2 = move({ from, to, amountMinor: 70n, postPendingId: hold2.id });
    expect(codes(await ledger.post([hold2, settle2]))).toEqual(['created', 'created']);
    expect([await available(from), await balance(to)]).toEqual([30n, 70n]);
  });

  it('expires when its account is next touched, and a later post of it is refused', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const hold = move({ from, to, amountMinor: 70n, pending: { timeoutSeconds: 60 } });
    await ledger.post([hold]);
    await advanceClock(61);
    const id = transferId(await ledgerTime());
    const results = await ledger.post([
      move({ from, to, amountMinor: 70n, postPendingId: hold.id, id }),
      move({ from, to, amountMinor: 100n, id: transferId(await ledgerTime()) }),
    ]);
    expect(codes(results)).toEqual(['pending_expired', 'created']);
    expect([await available(from), await balance(to)]).toEqual([0n, 100n]);
  });

  it('that is over cannot be posted, however many others of its account are over too', async () => {
    const [from, to] = [await wallet(10_000n), await wallet()];
    const id = async () => transferId(await ledgerTime());
    const at = await ledgerTime();
    const many = Array.from({ length: 8_190 }, () =>
      move({ from, to, amountMinor: 1n, id: transferId(at), pending: { timeoutSeconds: 60 } }),
    );
    await ledger.post(many);
    const last = move({ from, to, amountMinor: 1n, id: await id(), pending: { timeoutSeconds: 120 } });
    await ledger.post([last]);
    await advanceClock(7_200);
    const late = move({ from, to, amountMinor: 1n, id: await id(), postPendingId: last.id });
    expect(codes(await ledger.post([late]))).toEqual(['pending_expired']);
    expect(await balance(to)).toBe(0n);
    // A call ends 8,190 of them at most.
    expect(await sweepPendings(database)).toBe(1);
  });

  it('expires by the sweeper when nobody touches its account; one without a timeout never does', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const timed = move({
      from,
      to,
      amountMinor: 30n,
      pending: { timeoutSeconds: 60 },
      id: transferId(await ledgerTime()),
    });
    const guarding = move({ from, to, amountMinor: 20n, pending: {}, id: transferId(await ledgerTime()) });
    await ledger.post([timed, guarding]);
    expect(await sweepPendings(database)).toBe(0);
    await advanceClock(61);
    expect(await sweepPendings(database)).toBe(1);
    expect(await sweepPendings(database)).toBe(0);
    expect(await available(from)).toBe(80n);
    const resolution = await database.client.ledgerPendingResolution.findUniqueOrThrow({
      where: { pendingId: timed.id },
    });
    expect(resolution.action).toBe(5);
  });
});

describe('a reversal', () => {
  it('moves back at most what the original moved, in whole or in parts', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const original = move({ from, to, amountMinor: 70n, id: transferId(await ledgerTime()) });
    await ledger.post([original]);
    const back = async (amountMinor: bigint) =>
      move({
        from: to,
        to: from,
        amountMinor,
        reversesId: original.id,
        kind: 'reversal',
        id: transferId(await ledgerTime()),
      });
    const batch = [await back(30n), await back(41n), await back(40n)];
    expect(codes(await ledger.post(batch))).toEqual(['created', 'exceeds_original_amount', 'created']);
    expect(codes(await ledger.post([await back(1n)]))).toEqual(['exceeds_original_amount']);
    expect([await balance(from), await balance(to)]).toEqual([100n, 0n]);
  });

  it('runs between the same accounts the other way, and not of a refusal, a pending or a reversal', async () => {
    const [from, to] = [await wallet(100n), await wallet(10n)];
    const time = await ledgerTime();
    const original = move({ from, to, amountMinor: 7n, id: transferId(time) });
    const refused = move({ from, to, amountMinor: 700n, id: transferId(time) });
    const hold = move({ from, to, amountMinor: 7n, pending: {}, id: transferId(time) });
    const back = move({ from: to, to: from, amountMinor: 2n, reversesId: original.id, id: transferId(time) });
    await ledger.post([original, refused, hold, back]);
    const attempts = [
      move({ from, to, amountMinor: 1n, reversesId: original.id, id: transferId(time) }),
      move({ from: to, to: from, amountMinor: 1n, reversesId: refused.id, id: transferId(time) }),
      move({ from: to, to: from, amountMinor: 1n, reversesId: hold.id, id: transferId(time) }),
      move({ from, to, amountMinor: 1n, reversesId: back.id, id: transferId(time) }),
    ];
    expect(codes(await ledger.post(attempts))).toEqual([
      'reversal_account_mismatch',
      'original_not_reversible',
      'original_not_reversible',
      'original_not_reversible',
    ]);
  });

  it('of what the same batch refused is answered as if that had been refused before', async () => {
    const [from, to] = [await wallet(), await wallet()];
    const time = await ledgerTime();
    const alone = move({ from, to, amountMinor: 7n, id: transferId(time) });
    const group = [
      move({ from, to, amountMinor: 8n, id: transferId(time), linked: true }),
      move({ from, to, amountMinor: 9n, id: transferId(time) }),
    ];
    const back = (id: string) =>
      move({ from: to, to: from, amountMinor: 1n, reversesId: id, kind: 'reversal', id: transferId(time) });
    const reversals = [alone, ...group].map((refused) => back(refused.id));
    const results = await ledger.post([alone, ...group, ...reversals, back(transferId(time))]);
    expect(codes(results.slice(3))).toEqual([
      'original_not_reversible',
      'original_not_reversible',
      'original_not_reversible',
      'original_not_found',
    ]);
    expect(codes(await ledger.post(reversals))).toEqual(codes(results.slice(3, 6)));
  });
});

describe('what a failed group undoes is as if it had never been tried, for later items of the same batch', () => {
  const tooMuch = 1_000_000n;

  it('a pending it made cannot be posted', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const hold = move({ from, to, amountMinor: 70n, pending: {}, linked: true });
    const results = await ledger.post([
      hold,
      move({ from, to, amountMinor: tooMuch }),
      move({ from, to, amountMinor: 70n, postPendingId: hold.id }),
    ]);
    expect(codes(results)).toEqual(['linked_group_failed', 'insufficient_funds', 'pending_not_found']);
    expect([await available(from), await balance(to)]).toEqual([100n, 0n]);
  });

  it('a pending it posted is still open', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const hold = move({ from, to, amountMinor: 70n, pending: {} });
    await ledger.post([hold]);
    const results = await ledger.post([
      move({ from, to, amountMinor: 70n, postPendingId: hold.id, linked: true }),
      move({ from, to, amountMinor: tooMuch }),
      move({ from, to, amountMinor: 0n, voidPendingId: hold.id }),
    ]);
    expect(codes(results)).toEqual(['linked_group_failed', 'insufficient_funds', 'created']);
    expect([await available(from), await balance(to)]).toEqual([100n, 0n]);
  });

  it('a transfer it reversed can be reversed in whole', async () => {
    const [from, to] = [await wallet(100n), await wallet()];
    const original = move({ from, to, amountMinor: 70n });
    await ledger.post([original]);
    const results = await ledger.post([
      move({ from: to, to: from, amountMinor: 70n, reversesId: original.id, linked: true }),
      move({ from, to, amountMinor: tooMuch }),
      move({ from: to, to: from, amountMinor: 70n, reversesId: original.id }),
    ]);
    expect(codes(results)).toEqual(['linked_group_failed', 'insufficient_funds', 'created']);
    expect([await balance(from), await balance(to)]).toEqual([100n, 0n]);
  });
});

it('a shortfall counts what is reserved as not there', async () => {
  const [from, to] = [await wallet(500n), await wallet(100n)];
  await ledger.post([move({ from: to, to: from, amountMinor: 30n, pending: {} })]);
  expect(await ledger.post([move({ from, to, amountMinor: 100n, mode: 'shortfall' })])).toMatchObject([
    { amountMinor: 30n },
  ]);
});

it('a clock that is set back does not set back the history of an account', async () => {
  const [from, to] = [await wallet(100n), await wallet()];
  await advanceClock(3_600);
  await ledger.post([move({ from, to, amountMinor: 1n })]);
  await database.client.$queryRaw`SELECT ledger.set_clock_offset(0)::text`;
  const [result] = await ledger.post([move({ from, to, amountMinor: 1n })]);
  expect(result?.status === 'created' && result.bookedAt.getTime()).toBeGreaterThan(Date.now() + 3_000_000);
});

it('the books are in order after all of this', async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});
