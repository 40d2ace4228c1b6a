import { describe, expect, it, vi } from 'vitest';
import { freezeAccount, openAccount, unfreezeAccount } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import { post } from '#server/ledger/transfers.ts';
import { systemIds } from '#server/platform/ids.ts';
import { provenanceFindings } from '#server/provenance/checks.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { lotsOf } from '#server/provenance/queries.ts';
import { testDatabase } from '#server/testing/database.ts';
import { move } from '#server/testing/ledger.ts';
import { provenanceBooks } from '#server/testing/provenance-books.ts';
import { signedInCitizen } from '#server/testing/sessions.ts';
import { expireGrantedDucats } from './grant-expiry-jobs.ts';
import { expireGrants } from './grant-expiry.ts';

const secret = 'a secret of at least thirty-two characters';
const daySeconds = 86_400;

describe('granted ducats whose time is over', async () => {
  const database = await testDatabase({ connectionsMax: 10 });
  const books = provenanceBooks(database);
  const { issuance, promotion, treasury } = books.house;
  const { clock } = books;
  let now = await clock.now();
  const deps = { database, clock: { now: () => now }, ids: systemIds, secret };
  let citizens = 0;

  /** A citizen with granted ducats that end in a day, some that end in a month, and bought ones. */
  async function citizen(granted: { soon: bigint; late: bigint }, bought: bigint) {
    citizens += 1;
    const { citizenId } = await signedInCitizen(database, { username: `grantee${String(citizens)}`, secret });
    const wallet = await database.inTransaction((tx) =>
      openAccount(tx, { owner: citizenId, kind: 'wallet', asset: 'DUCAT' }),
    );
    books.model.open(wallet, 'wallet');
    const start = (await clock.now()).getTime();
    const gift = (days: number) => ({
      kind: 'granted' as const,
      source: { type: 'grant', id: `${citizenId}.${String(days)}` },
      holdUntil: null,
      expiresAt: new Date(start + days * daySeconds * 1_000),
    });
    const paid = { kind: 'bought' as const, source: { type: 'charge', id: citizenId }, holdUntil: null };
    await books.book([
      { from: issuance, to: promotion, amount: granted.soon + granted.late, kind: 'mint' },
      { from: issuance, to: treasury, amount: bought, kind: 'mint' },
      { from: promotion, to: wallet, amount: granted.soon, kind: 'grant', note: gift(1) },
      { from: promotion, to: wallet, amount: granted.late, kind: 'grant', note: gift(30) },
      { from: treasury, to: wallet, amount: bought, kind: 'top_up_base', note: paid },
    ]);
    await projectNews(database);
    return { citizenId, wallet };
  }

  async function pass(seconds: number): Promise<void> {
    await clock.advance(seconds);
    now = await clock.now();
  }

  const expire = async () => (await expireGrantedDucats(deps)).takenMinor;
  const balance = async (wallet: bigint) => (await accountBalance(database.client, wallet)).balanceMinor;
  async function amounts(wallet: bigint): Promise<Record<string, bigint>> {
    await projectNews(database);
    const sums: Record<string, bigint> = { expired: 0n, granted: 0n, bought: 0n };
    for (const lot of await lotsOf(database.client, wallet, { at: await clock.now() })) {
      const name = lot.isExpired ? 'expired' : lot.kind;
      sums[name] = (sums[name] ?? 0n) + lot.amountMinor;
    }
    return sums;
  }
  const told = (citizenId: string) =>
    database.client.notification.findMany({
      where: { citizenId, kind: 'grant_expired' },
      select: { details: true },
    });
  async function waitingForNotices(): Promise<number> {
    const rows = await database.client.$queryRaw<unknown[]>`
      SELECT 1 AS one FROM pg_locks WHERE relation = 'notification'::regclass AND NOT granted`;
    return rows.length;
  }
  async function sound(): Promise<void> {
    await projectNews(database);
    expect(await database.inTransaction((tx) => provenanceFindings(tx, 'full'))).toEqual([]);
    expect((await checkLedger(database.client)).findings).toEqual([]);
  }

  it('go back to the house once, no others with them, and the citizen is told', async () => {
    const { citizenId, wallet } = await citizen({ soon: 40n, late: 25n }, 100n);
    await pass(daySeconds - 60);
    expect(await expire()).toBe(0n);
    await pass(120);
    const promotionBefore = await balance(promotion);
    expect(await expire()).toBe(40n);
    expect(await amounts(wallet)).toEqual({ expired: 0n, granted: 25n, bought: 100n });
    expect([await balance(wallet), (await balance(promotion)) - promotionBefore]).toEqual([125n, 40n]);
    expect(await expire()).toBe(0n);
    expect(await told(citizenId)).toEqual([{ details: { amount: '0.40' } }]);
    await sound();
  });

  it('are what is left of them where some were spent, and nothing where all were', async () => {
    const [half, whole] = [
      await citizen({ soon: 40n, late: 0n + 1n }, 10n),
      await citizen({ soon: 20n, late: 1n }, 10n),
    ];
    await books.book([{ from: half.wallet, to: treasury, amount: 30n }]);
    await books.book([{ from: whole.wallet, to: treasury, amount: 20n }]);
    await pass(daySeconds + 1);
    expect(await expire()).toBe(10n);
    expect(await amounts(half.wallet)).toEqual({ expired: 0n, granted: 1n, bought: 10n });
    expect(await told(whole.citizenId)).toEqual([]);
    await sound();
  });

  it('stay in a frozen wallet, without a notice, until it is free again', async () => {
    const { citizenId, wallet } = await citizen({ soon: 12n, late: 1n }, 5n);
    await pass(daySeconds + 1);
    await database.inTransaction((tx) => freezeAccount(tx, wallet));
    expect(await expireGrantedDucats(deps)).toEqual({ takenMinor: 0n, postponed: { account_frozen: 1 } });
    expect(await told(citizenId)).toEqual([]);
    await database.inTransaction((tx) => unfreezeAccount(tx, wallet));
    expect([await expire(), (await told(citizenId)).length]).toEqual([12n, 1]);
    await sound();
  });

  it('are not taken where the wallet moved after it was looked at: a bought ducat never goes in their place', async () => {
    const { citizenId, wallet } = await citizen({ soon: 30n, late: 1n }, 50n);
    await pass(daySeconds + 1);
    // The notice comes after the look at the lots and before the posting: it waits until the wallet has spent.
    const attempt = await database.inTransaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE notification IN EXCLUSIVE MODE`;
      const refused = database
        .inTransaction((other) => expireGrants(other, deps, wallet))
        .catch((error: unknown) => error);
      await vi.waitFor(async () => expect(await waitingForNotices()).toBe(1), 10_000);
      await database.inTransaction((other) => post(other, [move({ from: wallet, to: treasury, amountMinor: 25n })]));
      return { refused };
    });
    expect(await attempt.refused).toMatchObject({ code: 'condition_failed' });
    expect(await told(citizenId)).toEqual([]);
    expect(await expire()).toBe(5n);
    expect(await amounts(wallet)).toEqual({ expired: 0n, granted: 1n, bought: 50n });
    await sound();
  });

  it('are taken once and alone, however many spend and expire at the same time', async () => {
    const { wallet } = await citizen({ soon: 60n, late: 10n }, 40n);
    await pass(daySeconds + 1);
    const spend = () =>
      database.inTransaction((tx) => post(tx, [move({ from: wallet, to: treasury, amountMinor: 3n })]));
    const before = await balance(promotion);
    const results = await Promise.allSettled([
      ...Array.from({ length: 10 }, spend),
      ...Array.from({ length: 3 }, () => expireGrantedDucats(deps)),
    ]);
    expect(results.filter(({ status }) => status === 'rejected')).toEqual([]);
    await expireGrantedDucats(deps);
    const expired = (await balance(promotion)) - before;
    const left = await amounts(wallet);
    // What was spent came first out of what was about to expire, as long as there was any.
    expect(expired).toBeGreaterThanOrEqual(30n);
    expect([left.expired, expired + 30n + (left.granted ?? 0n) + (left.bought ?? 0n)]).toEqual([0n, 110n]);
    expect((left.granted ?? 0n) + (left.bought ?? 0n)).toBe(50n - (expired + 30n - 60n));
    await sound();
  });
});
