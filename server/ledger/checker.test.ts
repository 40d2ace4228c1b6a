import { describe, expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { closeBreaker } from '#server/ledger/breaker.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { bookChecks } from '#server/ledger/checks.ts';
import { checkBooks } from '#server/ledger/jobs.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { books, move } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, ...ledger } = books(database);
const clock = ledgerClock(database);
const [payer, payee] = [await wallet(1_000n), await wallet()];
const purchase = move({ from: payer, to: payee, amountMinor: 300n });
const held = move({ from: payer, to: payee, amountMinor: 50n, pending: {} });
const ended = move({ from: payer, to: payee, amountMinor: 20n, pending: {} });
const group = [
  move({ from: payer, to: payee, amountMinor: 1n, linked: true }),
  move({ from: payer, to: payee, amountMinor: 2n }),
];
await ledger.post([purchase, held, ended, ...group, move({ from: payer, to: payee, amountMinor: 9_999n })]);
await ledger.post([
  move({ from: payer, to: payee, amountMinor: 0n, voidPendingId: ended.id }),
  move({ from: payee, to: payer, amountMinor: 100n, reversesId: purchase.id }),
]);
const payerVersion = (await accountBalance(database.client, payer)).version;

/** Damages the books as only a superuser with triggers switched off can, looks, and repairs them. */
async function findingsAfter(damage: string, repair: string): Promise<Record<string, string>> {
  const planted = (sql: string) => asSuperuser(database, `SET session_replication_role = replica; ${sql}`);
  await planted(damage);
  const report = await checkLedger(database.client);
  await planted(repair);
  return Object.fromEntries(report.findings.map((finding) => [finding.check, finding.place]));
}

describe('the checker', () => {
  it('finds nothing in sound books, and counts them', async () => {
    expect(await checkLedger(database.client)).toMatchObject({
      ok: true,
      findings: [],
      figures: { transfers: 8n, refusals: 1n, openPendings: 1n, entries: 13n },
    });
  });

  it('finds a changed balance and names the account', async () => {
    const id = payer.toString();
    expect(
      await findingsAfter(
        `UPDATE ledger.account SET balance = balance + 1 WHERE id = ${id}`,
        `UPDATE ledger.account SET balance = balance - 1 WHERE id = ${id}`,
      ),
    ).toEqual({
      asset_sum_zero: 'asset DUCAT',
      account_is_its_entries: `account ${id}`,
      rollup_is_its_members: 'kind 6 of asset 1',
    });
  });

  it('finds a changed entry and names its version', async () => {
    const where = `account_id = ${payer.toString()} AND version = 2`;
    const found = await findingsAfter(
      `UPDATE ledger.entry SET amount = amount - 1 WHERE ${where}`,
      `UPDATE ledger.entry SET amount = amount + 1 WHERE ${where}`,
    );
    expect(found.entry_chain).toBe(`account ${payer.toString()} version 2`);
    expect(found.transfer_has_its_entries).toBe(`transfer ${purchase.id}`);
    expect(found.account_is_its_entries).toBe(`account ${payer.toString()}`);
  });

  it('finds a missing entry in the middle and at the end of a history', async () => {
    const remove = (version: bigint) => {
      const where = `account_id = ${payer.toString()} AND version = ${version.toString()}`;
      return findingsAfter(
        `CREATE TABLE public.kept AS SELECT * FROM ledger.entry WHERE ${where}; DELETE FROM ledger.entry WHERE ${where}`,
        'INSERT INTO ledger.entry SELECT * FROM public.kept; DROP TABLE public.kept',
      );
    };
    expect((await remove(3n)).entry_chain).toBe(`account ${payer.toString()} version 4`);
    expect((await remove(payerVersion)).account_is_its_entries).toBe(`account ${payer.toString()}`);
  });

  it('finds an entry without a transfer, and a transfer between two assets', async () => {
    const change = (from: string, to: string) =>
      `UPDATE ledger.transfer SET ${from} WHERE id = '${purchase.id}'; SELECT '${to}'`;
    const orphan = await findingsAfter(
      `UPDATE ledger.entry SET transfer_id = '${held.id}' WHERE transfer_id = '${purchase.id}' AND amount > 0`,
      `UPDATE ledger.entry SET transfer_id = '${purchase.id}' WHERE transfer_id = '${held.id}' AND amount > 0`,
    );
    expect(orphan.entry_has_its_transfer).toBe(`account ${payee.toString()} version 1`);
    const bank = systemAccountId('bank', 'USD').toString();
    const mixed = await findingsAfter(
      change(`credit_account_id = ${bank}`, ''),
      change(`credit_account_id = ${payee.toString()}`, ''),
    );
    expect(mixed.transfer_of_one_asset).toBe(`transfer ${purchase.id}`);
  });

  it('finds pendings that disagree with what is reserved, with their transfer or with their resolution', async () => {
    const amount = await findingsAfter(
      `UPDATE ledger.open_pending SET amount = amount + 1`,
      `UPDATE ledger.open_pending SET amount = amount - 1`,
    );
    expect(amount).toEqual({ pending_totals: `account ${payer.toString()}`, pending_index: `pending ${held.id}` });
    const lost = await findingsAfter(
      `CREATE TABLE public.kept AS TABLE ledger.pending_resolution; DELETE FROM ledger.pending_resolution`,
      'INSERT INTO ledger.pending_resolution SELECT * FROM public.kept; DROP TABLE public.kept',
    );
    expect(lost).toEqual({ pending_index: `pending ${ended.id}`, resolution_is_a_transfer: `pending ${ended.id}` });
  });

  it('finds a torn linked group, a wrong reversal total and a wallet below its floor', async () => {
    const torn = await findingsAfter(
      `UPDATE ledger.transfer SET group_size = 3 WHERE id = '${group[1]?.id ?? ''}'`,
      `UPDATE ledger.transfer SET group_size = 2 WHERE id = '${group[1]?.id ?? ''}'`,
    );
    expect(torn).toEqual({ linked_group_whole: `linked group ${group[0]?.id ?? ''}` });
    const reversed = await findingsAfter(
      'UPDATE ledger.reversal_total SET reversed = reversed + 1',
      'UPDATE ledger.reversal_total SET reversed = reversed - 1',
    );
    expect(reversed).toEqual({ reversal_totals: `transfer ${purchase.id}` });
    const floor = await findingsAfter(
      `ALTER TABLE ledger.account DROP CONSTRAINT account_above_floor; UPDATE ledger.account SET floor = 5000 WHERE id = ${payer.toString()}`,
      `UPDATE ledger.account SET floor = 0 WHERE id = ${payer.toString()};
       ALTER TABLE ledger.account ADD CONSTRAINT account_above_floor CHECK (balance - reserved >= floor)`,
    );
    expect(floor).toEqual({ account_above_floor: `account ${payer.toString()}` });
  });

  it('says after 15 minutes, and how long already, that a clearing account is not at zero, whatever passes through', async () => {
    const [stripe, bridge] = [systemAccountId('stripe_balance', 'USD'), systemAccountId('bridge', 'USD')];
    const findings = async () => {
      const report = await checkLedger(database.client);
      expect(report.ok).toBe(true);
      return report.findings;
    };
    const passes = async (from: bigint, to: bigint, amountMinor: bigint) =>
      ledger.post([move({ from, to, amountMinor, kind: 'top_up_gross', id: await clock.id() })]);
    await passes(stripe, bridge, 5n);
    await passes(bridge, stripe, 5n);
    await clock.advance(3_600);
    await passes(stripe, bridge, 1n);
    expect(await findings()).toEqual([]);
    await clock.advance(14 * 60);
    expect(await findings()).toEqual([]);
    await clock.advance(2 * 60);
    await passes(stripe, bridge, 5n);
    await passes(bridge, stripe, 5n);
    const stuck = { check: 'bridge_zero', severity: 'soft', expected: '0', actual: '1 for 16 minutes' };
    expect(await findings()).toMatchObject([stuck]);
    await passes(bridge, stripe, 1n);
    expect(await findings()).toEqual([]);
    await clock.advance(-3_600 - 16 * 60);
  });

  it('finds the transfer table running out of months', async () => {
    const found = await findingsAfter(
      `UPDATE ledger.control SET clock_offset_microseconds = 150 * 86400 * 1000000::bigint`,
      'UPDATE ledger.control SET clock_offset_microseconds = 0',
    );
    expect(Object.keys(found)).toEqual(['partitions_ahead']);
  });
});

describe('the breaker', () => {
  it('stops posting when two readings agree that the books are wrong, until an operator closes it', async () => {
    await asSuperuser(database, 'UPDATE ledger.account SET balance = balance + 1 WHERE id = 2');
    expect(await checkBooks(database)).toMatchObject({ ok: false });
    const request = move({ from: payer, to: payee, amountMinor: 1n });
    expect(await ledger.post([request])).toMatchObject([{ status: 'refused', code: 'breaker_open', replayed: false }]);
    expect(await ledger.post([purchase], { source: 'external' })).toMatchObject([{ code: 'breaker_open' }]);
    expect((await accountBalance(database.client, payer)).version).toBe(payerVersion);
    await asSuperuser(database, 'UPDATE ledger.account SET balance = balance - 1 WHERE id = 2');
    const change = { actor: 'DogeAuditor', reason: 'restored from the journal' };
    expect(await database.inTransaction((tx) => closeBreaker(tx, change))).toBe(true);
    expect(await database.inTransaction((tx) => closeBreaker(tx, change))).toBe(false);
    expect(await ledger.post([request])).toMatchObject([{ status: 'created' }]);
    const history = await database.client.ledgerBreakerEvent.findMany({ orderBy: { id: 'asc' } });
    expect(history).toMatchObject([
      { opened: true, actor: 'checker' },
      { opened: false, ...change },
    ]);
    expect(history[0]?.reason).toContain('asset_sum_zero: asset DUCAT');
    expect(await checkBooks(database)).toMatchObject({ ok: true, findings: [] });
  });
});

it('every check has a name of its own', () => {
  expect(new Set(bookChecks.map((check) => check.name)).size).toBe(bookChecks.length);
});
