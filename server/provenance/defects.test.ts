import { describe, expect, it } from 'vitest';
import { checkBooks } from '#server/ledger/jobs.ts';
import { post } from '#server/ledger/transfers.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { move } from '#server/testing/ledger.ts';
import { provenanceBooks } from '#server/testing/provenance-books.ts';
import { provenanceFindings } from './checks.ts';
import { projectNews, rebuildProjection } from './jobs.ts';
import { projectAccounts } from './project.ts';
import { clearedEarned, lotsOf } from './queries.ts';
import { projectionLag, traceSerial } from './trace.ts';

const charge = (id: string) => ({ type: 'charge', id });

describe('what the checker of the books finds in the lots', async () => {
  const database = await testDatabase({ connectionsMax: 4 });
  const books = provenanceBooks(database);
  const wallet = await books.open('wallet');
  const { issuance, treasury } = books.house;
  const bought = { kind: 'bought' as const, source: charge('a'), holdUntil: null };
  await books.book([
    { from: issuance, to: treasury, amount: 500n, kind: 'mint' },
    { from: treasury, to: wallet, amount: 300n, kind: 'top_up_base', note: bought },
  ]);
  const found = async (kind: 'full' | 'incremental' = 'full') => {
    const findings = await database.inTransaction((tx) => provenanceFindings(tx, kind));
    return findings.map(({ check, place }) => `${check} ${place}`);
  };

  it('is nothing where the lots are what the books say', async () => {
    await projectNews(database);
    expect(await found()).toEqual([]);
  });

  it('is the first account whose lots are not its balance, and a soft finding of the checker', async () => {
    await asSuperuser(database, `UPDATE lot SET serial_until = serial_until - 1 WHERE account_id = ${String(wallet)}`);
    expect(await found()).toEqual([`lots_are_the_balance account ${String(wallet)}`, 'lots_are_all_units all lots']);
    const run = await checkBooks(database, 'incremental', provenanceFindings);
    expect([run.ok, run.findings.map(({ check, severity }) => `${severity} ${check}`)]).toEqual([
      true,
      ['soft lots_are_the_balance', 'soft lots_are_all_units'],
    ]);
  });

  it("is an account whose list misses a lot; one named twice counts once, and another account's not at all", async () => {
    const listed = async (list: string) => {
      await rebuildProjection(database);
      await asSuperuser(database, `UPDATE lot_progress SET lots = ${list} WHERE account_id = ${String(wallet)}`);
      return found();
    };
    const finding = `lots_are_the_balance account ${String(wallet)}`;
    const ofTreasury = `(SELECT serial_from FROM lot WHERE account_id = ${String(treasury)})`;
    expect(await listed('lots[2:]')).toEqual([finding]);
    expect(await listed(`lots || lots || ${ofTreasury}`)).toEqual([]);
    expect(await lotsOf(database.client, wallet, { at: new Date() })).toHaveLength(1);
  });

  it('is a serial in two lots, also where the sums agree', async () => {
    await rebuildProjection(database);
    await asSuperuser(
      database,
      `UPDATE lot SET serial_from = serial_from + 1, serial_until = serial_until + 1 WHERE account_id = ${String(treasury)}`,
    );
    expect(await found()).toEqual([`lots_do_not_overlap account ${String(wallet)}`]);
    expect(await found('incremental')).toEqual([`lots_do_not_overlap account ${String(wallet)}`]);
  });

  it("is a serial in two lots also where only the other lot's account was booked lately", async () => {
    await rebuildProjection(database);
    const other = await books.open('wallet');
    await books.clock.advance(3_600);
    await books.book([
      { from: issuance, to: other, amount: 10n, kind: 'mint' },
      { from: treasury, to: other, amount: 5n },
    ]);
    await projectNews(database);
    expect(await found('incremental')).toEqual([]);
    // A lot of an hour ago reaches into one that just came, and then the other way round.
    await asSuperuser(database, `UPDATE lot SET serial_until = 502 WHERE serial_until = 501`);
    expect(await found('incremental')).toContain(`lots_do_not_overlap account ${String(other)}`);
    await rebuildProjection(database);
    await asSuperuser(database, `UPDATE lot SET serial_until = 202 WHERE serial_until = 201`);
    expect(await found('incremental')).toContain(`lots_do_not_overlap account ${String(wallet)}`);
  });

  it('is nothing any more once the lots are made anew', async () => {
    await rebuildProjection(database);
    expect(await found()).toEqual([]);
  });

  it('is how far the projection is behind, and since when', async () => {
    await books.book([{ from: wallet, to: treasury, amount: 1n }]);
    await books.clock.advance(61);
    const lag = await projectionLag(database.client);
    expect([lag.accounts, lag.entries, lag.seconds >= 61n]).toEqual([2, 2n, true]);
    expect(await found()).toEqual([`lots_keep_up account ${String(wallet)}`]);
    await projectNews(database);
    expect([(await projectionLag(database.client)).entries, await found()]).toEqual([0n, []]);
  });
});

describe('a transfer whose units are not there', async () => {
  const database = await testDatabase({ connectionsMax: 4 });
  const books = provenanceBooks(database);
  const { issuance, treasury, suspense } = books.house;

  it('takes what it can find of its rule, the rest as usual, and says so for good', async () => {
    const wallet = await books.open('wallet');
    const [a, b] = [charge('a'), charge('b')];
    await books.book([
      { from: issuance, to: treasury, amount: 100n, kind: 'mint' },
      { from: treasury, to: wallet, amount: 60n, note: { kind: 'bought', source: a, holdUntil: null } },
      { from: treasury, to: wallet, amount: 40n, note: { kind: 'bought', source: b, holdUntil: null } },
    ]);
    const [id] = await books.book([{ from: wallet, to: treasury, amount: 50n, rule: { source: b } }]);
    await projectNews(database);
    expect(await database.client.lotDefect.findMany()).toEqual([
      { transferId: id, code: 'take_unsatisfied', detail: '10' },
    ]);
    const left = await lotsOf(database.client, wallet, { at: new Date() });
    expect(left.map(({ source, amountMinor }) => [source.id, amountMinor])).toEqual([['a', 50n]]);
    const findings = await database.inTransaction((tx) => provenanceFindings(tx, 'incremental'));
    expect(findings.map(({ check, place }) => [check, place])).toEqual([
      ['lots_taken_as_asked', `transfer ${String(id)}`],
    ]);
  });

  it('out of an overdrawn suspense is made of units of its own, and the lots are still the balance', async () => {
    const wallet = await books.open('wallet');
    await database.inTransaction((tx) => post(tx, [move({ from: suspense, to: wallet, amountMinor: 30n })]));
    await projectNews(database);
    const codes = (await database.client.lotDefect.findMany()).map(({ code }) => code);
    expect(codes.sort()).toEqual(['overdraft', 'take_unsatisfied']);
    const findings = await database.inTransaction((tx) => provenanceFindings(tx, 'full'));
    expect(findings.map(({ check }) => check)).toEqual(['lots_taken_as_asked']);
  });

  it('refuses a serial that was never struck', async () => {
    await expect(traceSerial(database.client, 1_000_000n)).rejects.toMatchObject({ code: 'serial_not_found' });
  });
});

describe('who decides from lots', async () => {
  const database = await testDatabase({ connectionsMax: 4 });
  const books = provenanceBooks(database);
  const { issuance } = books.house;

  it('sees the wallet as it is booked, and is refused when it moves before the posting', async () => {
    const [wallet, other] = [await books.open('wallet'), await books.open('wallet')];
    await books.book([{ from: issuance, to: wallet, amount: 100n, kind: 'mint' }]);
    const results = await database.inTransaction(async (tx) => {
      const versions = await projectAccounts(tx, [wallet]);
      expect(await lotsOf(tx, wallet, { at: new Date() })).toHaveLength(1);
      await books.book([{ from: wallet, to: other, amount: 1n }]);
      const version = versions.get(wallet) ?? 0n;
      return post(tx, [{ ...move({ from: wallet, to: other, amountMinor: 1n }), condition: { debit: { version } } }]);
    });
    expect(results).toMatchObject([{ status: 'refused', code: 'condition_failed' }]);
  });

  it('never sees a granted ducat among what may be cashed out, however long it waits and whoever sold for it', async () => {
    const [buyer, seller, accomplice] = [
      await books.open('wallet'),
      await books.open('wallet'),
      await books.open('wallet'),
    ];
    const granted = { kind: 'granted' as const, source: charge('bonus'), holdUntil: null };
    await books.book([{ from: issuance, to: buyer, amount: 90n, kind: 'mint', note: granted }]);
    let from = buyer;
    for (const to of [seller, accomplice, seller]) {
      const escrow = await books.open('escrow');
      const note = { kind: 'earned' as const, source: { type: 'order', id: String(escrow) }, holdUntil: null };
      await books.book([{ from, to: escrow, amount: 90n, kind: 'purchase' }]);
      await books.book([{ from: escrow, to, amount: 90n, kind: 'sale_payout', note }]);
      from = to;
    }
    await projectNews(database);
    const inTenYears = new Date(Date.now() + 3_650 * 86_400_000);
    expect(await clearedEarned(database.client, seller, inTenYears)).toBe(0n);
  });

  it('sees no bought ducat cleared before its own hold ends, whatever it was spent on', async () => {
    const [buyer, seller] = [await books.open('wallet'), await books.open('wallet')];
    const escrow = await books.open('escrow');
    const now = await books.clock.now();
    const holdUntil = new Date(now.getTime() + 86_400_000);
    const sold = { kind: 'earned' as const, source: { type: 'order', id: 'o' }, holdUntil: now };
    const paid = { kind: 'bought' as const, source: charge('held'), holdUntil };
    await books.book([{ from: issuance, to: buyer, amount: 10n, kind: 'mint', note: paid }]);
    await books.book([{ from: buyer, to: escrow, amount: 10n, kind: 'purchase' }]);
    await books.book([{ from: escrow, to: seller, amount: 10n, kind: 'sale_payout', note: sold }]);
    await projectNews(database);
    const justBefore = new Date(holdUntil.getTime() - 1);
    expect([
      await clearedEarned(database.client, seller, justBefore),
      await clearedEarned(database.client, seller, holdUntil),
    ]).toEqual([0n, 10n]);
  });
});
