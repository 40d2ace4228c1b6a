import { describe, expect, it, test } from 'vitest';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { sweepPendings } from '#server/ledger/jobs.ts';
import { setVelocityLimits, velocityLimits, type VelocityLimit } from '#server/ledger/limits.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { post } from '#server/ledger/transfers.ts';
import { testDatabase } from '#server/testing/database.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { deadlocks, openTransaction, untilWaiting } from '#server/testing/ledger-contention.ts';
import { openOwner, type Owner } from '#server/testing/ledger-owner.ts';
import { books, move } from '#server/testing/ledger.ts';

const connections = 16;
const database = await testDatabase({ connectionsMax: connections + 4 });
const ledger = books(database);
const clock = ledgerClock(database);
const shop = systemAccountId('treasury', 'DUCAT');
const issuance = systemAccountId('issuance', 'DUCAT');

const purchases = { asset: 'DUCAT', kind: 'purchase', side: 'debit', period: '24_hours' } as const;

function limit(owner: Owner, ...limits: VelocityLimit[]): Promise<void> {
  return database.inTransaction((tx) => setVelocityLimits(tx, owner.name, limits));
}

/** A purchase of the ledger's present time. */
async function purchase(from: bigint, amountMinor: bigint, rest: Partial<TransferRequest> = {}) {
  return move({ from, to: shop, amountMinor, kind: 'purchase', id: await clock.id(), ...rest });
}

function codes(results: readonly TransferResult[]): string[] {
  return results.map((result) => (result.status === 'refused' ? result.code : result.status));
}

/** Posts until no owner's limits appear while the call waits for accounts; with the same ids it happens once. */
async function insist(requests: readonly TransferRequest[], attempts = 10): Promise<TransferResult[]> {
  return ledger.post(requests).catch((error: unknown) => {
    expect(error).toMatchObject({ code: 'ledger_contention' });
    if (attempts === 1) throw error;
    return insist(requests, attempts - 1);
  });
}

async function buy(from: bigint, ...amounts: bigint[]): Promise<string[]> {
  return codes(await ledger.post(await Promise.all(amounts.map((amount) => purchase(from, amount)))));
}

describe('a limit over 24 hours', () => {
  it('on the amount lets through exactly so much, and says how much is left', async () => {
    const owner = await openOwner(database, 1_000n);
    await limit(owner, { ...purchases, amountMinorMax: 100n });
    expect(await buy(owner.wallet, 60n, 41n, 40n, 1n)).toEqual([
      'created',
      'limit_exceeded',
      'created',
      'limit_exceeded',
    ]);
    expect(await velocityLimits(database.client, owner.name)).toEqual([
      { ...purchases, amountMinorMax: 100n, usedMinor: 100n, usedCount: 2, leftMinor: 0n, leftCount: null },
    ]);
    expect(await ledger.balance(owner.wallet)).toBe(900n);
  });

  it('on the count lets through exactly so many', async () => {
    const owner = await openOwner(database, 1_000n);
    await limit(owner, { ...purchases, countMax: 2 });
    expect(await buy(owner.wallet, 1n, 2n)).toEqual(['created', 'created']);
    expect(await buy(owner.wallet, 1n)).toEqual(['limit_exceeded']);
    expect(await velocityLimits(database.client, owner.name)).toMatchObject([{ usedCount: 2, leftCount: 0 }]);
  });

  it('refuses for good, under its own name, and says whose limit it is', async () => {
    const owner = await openOwner(database, 1_000n);
    await limit(owner, { ...purchases, amountMinorMax: 10n });
    const tooMuch = await purchase(owner.wallet, 11n);
    const refusal = { status: 'refused', code: 'limit_exceeded', field: 'debitAccountId' };
    expect(await ledger.post([tooMuch])).toMatchObject([{ ...refusal, replayed: false }]);
    await limit(owner);
    expect(await ledger.post([tooMuch])).toMatchObject([{ ...refusal, replayed: true }]);
    expect(await buy(owner.wallet, 11n)).toEqual(['created']);
  });

  it('counts the present hour and the 24 before it, and then forgets', async () => {
    await clock.advanceToNoon();
    const owner = await openOwner(database, 1_000n);
    await limit(owner, { ...purchases, amountMinorMax: 100n });
    expect(await buy(owner.wallet, 100n)).toEqual(['created']);
    await clock.advance(24 * 3_600);
    expect(await buy(owner.wallet, 1n)).toEqual(['limit_exceeded']);
    await clock.advance(3_600);
    expect(await velocityLimits(database.client, owner.name)).toMatchObject([{ usedMinor: 0n, leftMinor: 100n }]);
    expect(await buy(owner.wallet, 100n, 1n)).toEqual(['created', 'limit_exceeded']);
  });

  it('is about its own kind, side and asset only', async () => {
    const owner = await openOwner(database, 1_000n);
    await limit(owner, { ...purchases, amountMinorMax: 0n });
    expect(await buy(owner.wallet, 1n)).toEqual(['limit_exceeded']);
    const other = move({ from: owner.wallet, to: shop, amountMinor: 500n, id: await clock.id() });
    const income = move({ from: shop, to: owner.wallet, amountMinor: 1n, kind: 'purchase', id: await clock.id() });
    expect(codes(await ledger.post([other, income]))).toEqual(['created', 'created']);
  });

  it('on what comes in counts credits as they arrive, and names the credit account', async () => {
    const owner = await openOwner(database);
    await limit(owner, { ...purchases, kind: 'grant', side: 'credit', amountMinorMax: 100n });
    const from = systemAccountId('issuance', 'DUCAT');
    const grant = async (amountMinor: bigint, rest: Partial<TransferRequest> = {}) =>
      move({ from, to: owner.wallet, amountMinor, kind: 'grant', id: await clock.id(), ...rest });
    const hold = await grant(500n, { pending: {} });
    expect(codes(await ledger.post([hold, await grant(70n)]))).toEqual(['created', 'created']);
    const settle = await grant(31n, { postPendingId: hold.id });
    expect(await ledger.post([settle])).toMatchObject([{ code: 'limit_exceeded', field: 'creditAccountId' }]);
    expect(codes(await ledger.post([await grant(30n, { postPendingId: hold.id })]))).toEqual(['created']);
  });
});

test('a limit over 30 days counts the present day and the 30 before it, and then forgets', async () => {
  await clock.advanceToNoon();
  const owner = await openOwner(database, 1_000n);
  await limit(owner, { ...purchases, period: '30_days', amountMinorMax: 150n }, { ...purchases, amountMinorMax: 100n });
  expect(await buy(owner.wallet, 100n)).toEqual(['created']);
  await clock.advance(25 * 3_600);
  expect(await buy(owner.wallet, 51n, 50n)).toEqual(['limit_exceeded', 'created']);
  await clock.advance(29 * 86_400 - 3_600);
  expect(await buy(owner.wallet, 1n)).toEqual(['limit_exceeded']);
  await clock.advance(86_400);
  // The first day is gone; of the second one 50 still count.
  expect(await buy(owner.wallet, 101n, 100n)).toEqual(['limit_exceeded', 'created']);
});

describe('a pending transfer', () => {
  it('counts when it reserves, and a void gives back the amount and the count', async () => {
    const owner = await openOwner(database, 1_000n);
    await limit(owner, { ...purchases, amountMinorMax: 100n, countMax: 1 });
    const hold = await purchase(owner.wallet, 100n, { pending: {} });
    expect(codes(await ledger.post([hold]))).toEqual(['created']);
    expect(await buy(owner.wallet, 1n)).toEqual(['limit_exceeded']);
    const release = await purchase(owner.wallet, 0n, { voidPendingId: hold.id });
    expect(codes(await ledger.post([release]))).toEqual(['created']);
    expect(await velocityLimits(database.client, owner.name)).toMatchObject([{ usedMinor: 0n, usedCount: 0 }]);
    expect(await buy(owner.wallet, 100n)).toEqual(['created']);
  });

  it('posted in part gives back the rest and keeps its count', async () => {
    const owner = await openOwner(database, 1_000n);
    await limit(owner, { ...purchases, amountMinorMax: 100n, countMax: 2 });
    const hold = await purchase(owner.wallet, 100n, { pending: {} });
    await ledger.post([hold]);
    const settle = await purchase(owner.wallet, 30n, { postPendingId: hold.id });
    expect(codes(await ledger.post([settle]))).toEqual(['created']);
    expect(await velocityLimits(database.client, owner.name)).toMatchObject([{ leftMinor: 70n, leftCount: 1 }]);
    expect(await buy(owner.wallet, 71n, 70n)).toEqual(['limit_exceeded', 'created']);
  });

  it('that expires gives everything back, to the hour in which it was counted', async () => {
    await clock.advanceToNoon();
    const owner = await openOwner(database, 1_000n);
    await limit(owner, { ...purchases, amountMinorMax: 100n });
    await ledger.post([await purchase(owner.wallet, 100n, { pending: { timeoutSeconds: 7_200 } })]);
    await clock.advance(7_201);
    expect(await sweepPendings(database)).toBe(1);
    expect(await velocityLimits(database.client, owner.name)).toMatchObject([{ usedMinor: 0n, usedCount: 0 }]);
    expect(await buy(owner.wallet, 100n)).toEqual(['created']);
  });
});

describe('what a pending transfer gives back counts for the items after it in the same batch', () => {
  const setUp = async (rest: Partial<TransferRequest> = {}) => {
    const owner = await openOwner(database, 1_000n);
    await limit(owner, { ...purchases, amountMinorMax: 100n, countMax: 2 });
    const hold = await purchase(owner.wallet, 100n, { pending: {}, ...rest });
    expect(codes(await ledger.post([hold]))).toEqual(['created']);
    const release = await purchase(owner.wallet, 0n, { voidPendingId: hold.id });
    const settle = await purchase(owner.wallet, 30n, { postPendingId: hold.id });
    return { owner, release, settle };
  };
  const use = async (owner: Owner) => {
    const [used] = await velocityLimits(database.client, owner.name);
    return [used?.usedMinor, used?.usedCount];
  };

  it('by a void', async () => {
    const { owner, release } = await setUp();
    const batch = [await purchase(owner.escrow, 1n), release, await purchase(owner.escrow, 100n)];
    expect(codes(await ledger.post(batch))).toEqual(['limit_exceeded', 'created', 'created']);
    expect(await use(owner)).toEqual([100n, 1]);
  });

  it('by a post of a part', async () => {
    const { owner, settle } = await setUp();
    const batch = [settle, await purchase(owner.wallet, 71n), await purchase(owner.wallet, 70n)];
    expect(codes(await ledger.post(batch))).toEqual(['created', 'limit_exceeded', 'created']);
    expect(await use(owner)).toEqual([100n, 2]);
  });

  it('by an expiry that the call itself brings about', async () => {
    await clock.advanceToNoon();
    const { owner } = await setUp({ pending: { timeoutSeconds: 60 } });
    await clock.advance(61);
    expect(await buy(owner.wallet, 101n, 100n, 1n)).toEqual(['limit_exceeded', 'created', 'limit_exceeded']);
    expect(await use(owner)).toEqual([100n, 1]);
  });

  it('and not where its group failed', async () => {
    const { owner, release } = await setUp();
    const group = [{ ...release, linked: true }, await purchase(owner.wallet, 5_000n)];
    const batch = [...group, await purchase(owner.wallet, 1n)];
    expect(codes(await ledger.post(batch))).toEqual(['linked_group_failed', 'insufficient_funds', 'limit_exceeded']);
    expect(await use(owner)).toEqual([100n, 1]);
  });

  it('also when it was made, ended and made again in that batch', async () => {
    const owner = await openOwner(database, 1_000n);
    await limit(owner, { ...purchases, amountMinorMax: 100n });
    const hold = await purchase(owner.wallet, 60n, { pending: {} });
    const release = await purchase(owner.wallet, 0n, { voidPendingId: hold.id });
    const batch = [hold, await purchase(owner.wallet, 41n), release, await purchase(owner.wallet, 100n)];
    expect(codes(await ledger.post(batch))).toEqual(['created', 'limit_exceeded', 'created', 'created']);
    expect(await use(owner)).toEqual([100n, 1]);
  });

  it('and nothing to a period that it was not counted in', async () => {
    await clock.advanceToNoon();
    const { owner, release } = await setUp();
    await clock.advance(26 * 3_600);
    expect(await buy(owner.wallet, 100n)).toEqual(['created']);
    const batch = [{ ...release, id: await clock.id() }, await purchase(owner.wallet, 1n)];
    expect(codes(await ledger.post(batch))).toEqual(['created', 'limit_exceeded']);
    expect(await use(owner)).toEqual([100n, 1]);
  });
});

test('what a failed linked group undid does not count, nor does any refusal', async () => {
  const owner = await openOwner(database, 1_000n);
  await limit(owner, { ...purchases, amountMinorMax: 100n, countMax: 3 });
  const group = [
    await purchase(owner.wallet, 90n, { linked: true }),
    await purchase(owner.wallet, 5_000n, { linked: true }),
    await purchase(owner.wallet, 1n),
  ];
  expect(codes(await ledger.post([...group, await purchase(owner.wallet, 100n)]))).toEqual([
    'linked_group_failed',
    'insufficient_funds',
    'linked_group_failed',
    'created',
  ]);
  expect(await velocityLimits(database.client, owner.name)).toMatchObject([{ usedMinor: 100n, usedCount: 1 }]);
});

test('all accounts of an owner in one asset share the limit', async () => {
  const owner = await openOwner(database, 1_000n);
  await limit(owner, { ...purchases, amountMinorMax: 100n });
  expect(await buy(owner.wallet, 60n)).toEqual(['created']);
  expect(await buy(owner.escrow, 41n, 40n)).toEqual(['limit_exceeded', 'created']);
});

test('an account that is opened later is under the limit too', async () => {
  const owner = await openOwner(database, 1_000n);
  await limit(owner, { ...purchases, amountMinorMax: 100n });
  const key = { owner: owner.name, kind: 'liquidity', asset: 'DUCAT' } as const;
  const later = await database.inTransaction((tx) => openAccount(tx, key));
  await ledger.post([move({ from: owner.escrow, to: later, amountMinor: 500n, id: await clock.id() })]);
  expect(await buy(owner.wallet, 60n)).toEqual(['created']);
  expect(await buy(later, 41n, 40n)).toEqual(['limit_exceeded', 'created']);
});

test('limits set later count what the owner did before, reserved and given back amounts included', async () => {
  await clock.advanceToNoon();
  const owner = await openOwner(database, 1_000n);
  await buy(owner.wallet, 10n);
  await clock.advance(2 * 86_400);
  const [kept, released] = [
    await purchase(owner.wallet, 20n, { pending: {} }),
    await purchase(owner.escrow, 40n, { pending: {} }),
  ];
  await ledger.post([kept, released]);
  await ledger.post([
    await purchase(owner.escrow, 5n, { postPendingId: released.id }),
    await purchase(owner.escrow, 3n),
  ]);
  const days = { ...purchases, period: '30_days', amountMinorMax: 100n } as const;
  await limit(owner, { ...purchases, amountMinorMax: 100n }, days);
  expect(await velocityLimits(database.client, owner.name)).toMatchObject([
    { period: '24_hours', usedMinor: 28n, usedCount: 3 },
    { period: '30_days', usedMinor: 38n, usedCount: 4 },
  ]);
});

describe('under contention', () => {
  it('16 connections at once never exceed a limit, over whichever account of the owner they spend', async () => {
    const owner = await openOwner(database, 10_000n);
    await limit(owner, { ...purchases, amountMinorMax: 500n, countMax: 100 });
    const callers = Array.from({ length: connections }, async (_, caller) => {
      const statuses: string[] = [];
      for (let round = 0; round < 12; round += 1) {
        // The two have no account in common: only the owner's guard is between them.
        const isFirst = (caller + round) % 2 === 0;
        const [from, to] = isFirst ? [owner.wallet, shop] : [owner.escrow, issuance];
        const requests = [await purchase(from, 7n, { creditAccountId: to })];
        statuses.push(...codes(await ledger.post(requests)));
      }
      return statuses;
    });
    const statuses = (await Promise.all(callers)).flat();
    expect(statuses.filter((status) => status === 'created')).toHaveLength(71);
    expect(statuses.filter((status) => status === 'limit_exceeded')).toHaveLength(connections * 12 - 71);
    expect(await velocityLimits(database.client, owner.name)).toMatchObject([{ usedMinor: 497n, usedCount: 71 }]);
    expect([await ledger.balance(owner.wallet), await ledger.balance(owner.escrow)].reduce((a, b) => a + b)).toBe(
      20_000n - 497n,
    );
    expect(await deadlocks(database)).toBe(0n);
  });

  it('a limit set while a purchase is under way counts that purchase', async () => {
    const owner = await openOwner(database, 1_000n);
    const first = await purchase(owner.wallet, 80n);
    const open = await openTransaction(database, (tx) => post(tx, [first]));
    const setting = limit(owner, { ...purchases, amountMinorMax: 100n });
    await untilWaiting(database);
    await open.commit();
    await setting;
    expect(await velocityLimits(database.client, owner.name)).toMatchObject([{ usedMinor: 80n, leftMinor: 20n }]);
    expect(await buy(owner.escrow, 21n)).toEqual(['limit_exceeded']);
  });

  it('owners in any order, with limits set meanwhile, never deadlock', async () => {
    const owners = await Promise.all(Array.from({ length: 4 }, () => openOwner(database, 100_000n)));
    const caller = async (number: number) => {
      for (let round = 0; round < 6; round += 1) {
        const order = owners.map((_, place) => owners[(place * (number % 2 === 0 ? 1 : 3) + round) % owners.length]);
        const requests = await Promise.all(
          order.flatMap((owner) => (owner === undefined ? [] : [purchase(owner.wallet, 1n)])),
        );
        await insist(requests);
      }
    };
    const setter = async () => {
      for (const owner of [...owners, ...owners].reverse())
        await limit(owner, { ...purchases, amountMinorMax: 10_000n });
    };
    await Promise.all([...Array.from({ length: connections - 2 }, (_, number) => caller(number)), setter()]);
    const used = await Promise.all(owners.map((owner) => velocityLimits(database.client, owner.name)));
    expect(used.flat().map(({ usedCount }) => usedCount)).toEqual(owners.map(() => (connections - 2) * 6));
    expect(await deadlocks(database)).toBe(0n);
  });
});

test.each<[string, VelocityLimit[]]>([
  ['neither amount nor count', [{ ...purchases }]],
  ['a negative amount', [{ ...purchases, amountMinorMax: -1n }]],
  ['an amount over 10^15', [{ ...purchases, amountMinorMax: 10n ** 15n + 1n }]],
  ['half a transfer', [{ ...purchases, countMax: 0.5 }]],
  ['the same thing twice', [1n, 2n].map((amountMinorMax) => ({ ...purchases, amountMinorMax }))],
])('a limit of %s is refused and changes nothing', async (_, limits) => {
  const owner = await openOwner(database);
  await limit(owner, { ...purchases, countMax: 5 });
  await expect(limit(owner, ...limits)).rejects.toMatchObject({ kind: 'invalid', code: 'limits_malformed' });
  expect(await velocityLimits(database.client, owner.name)).toMatchObject([{ countMax: 5 }]);
});

test('the house has no limits', async () => {
  const set = database.inTransaction((tx) => setVelocityLimits(tx, 'house', [{ ...purchases, countMax: 1 }]));
  await expect(set).rejects.toMatchObject({ code: 'limits_malformed' });
});

test('the books and the counters are in order after all of this', async () => {
  expect(await checkLedger(database.client)).toMatchObject({ ok: true, findings: [] });
});
