import { describe, expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { breakerState, checkRuns, runCheck, type CheckKind } from '#server/ledger/check-runs.ts';
import { checkBooks } from '#server/ledger/jobs.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, ...ledger } = books(database);
const clock = ledgerClock(database);
const [payer, payee] = [await wallet(100_000n), await wallet()];
const pay = (amountMinor: bigint) => ledger.post([move({ from: payer, to: payee, amountMinor })]);
const read = (kind: CheckKind) => database.inSnapshot((tx) => runCheck(tx, kind), { isLong: true });
const planted = (sql: string) => asSuperuser(database, `SET session_replication_role = replica; ${sql}`);

describe('an incremental check', () => {
  it('is a full one as long as there is no good point to start from', async () => {
    expect(await read('incremental')).toMatchObject({ kind: 'full', ok: true, coversFrom: null });
    expect(await read('incremental')).toMatchObject({ kind: 'incremental', ok: true });
  });

  it('reads what was booked since the last one, and only that', async () => {
    const before = await read('incremental');
    await pay(1n);
    await pay(2n);
    const since = await read('incremental');
    expect(since.coversFrom).toEqual(before.coversUntil);
    expect(since.figures).toMatchObject({ accounts: 2n, entries: 4n });
    expect((await read('incremental')).figures).toMatchObject({ accounts: 0n, entries: 0n });
  });

  it('leaves what was booked while it read to the next one', async () => {
    const early = await database.inSnapshot(async (tx) => {
      await tx.ledgerControl.count();
      await pay(3n);
      return runCheck(tx, 'incremental');
    });
    expect(early.figures).toMatchObject({ accounts: 0n, entries: 0n });
    expect((await read('incremental')).figures).toMatchObject({ accounts: 2n, entries: 2n });
  });

  it('does not move the good point when something is wrong, so the next one sees it as well', async () => {
    await pay(4n);
    await planted(`UPDATE ledger.account SET balance = balance + 1 WHERE id = 2`);
    const points = await database.client.ledgerCheckPoint.findMany({ orderBy: { accountId: 'asc' } });
    expect(await read('incremental')).toMatchObject({ ok: false, figures: { entries: 2n } });
    expect(await read('incremental')).toMatchObject({ ok: false, figures: { entries: 2n } });
    expect(await database.client.ledgerCheckPoint.findMany({ orderBy: { accountId: 'asc' } })).toEqual(points);
    await planted(`UPDATE ledger.account SET balance = balance - 1 WHERE id = 2`);
    expect(await read('incremental')).toMatchObject({ ok: true, figures: { entries: 2n } });
  });

  it('cannot see damage from before the good point, which a full one finds', async () => {
    const hourAgo = new Date(Date.now() - 3_600_000);
    const old = move({ from: payer, to: payee, amountMinor: 8n, id: transferId(hourAgo) });
    await ledger.post([old]);
    expect(await read('incremental')).toMatchObject({ ok: true });
    const damage = (change: string) =>
      planted(
        `UPDATE ledger.entry SET amount = amount ${change} WHERE account_id = ${payer.toString()} AND transfer_id = '${old.id}'`,
      );
    await damage('+ 1');
    expect(await read('incremental')).toMatchObject({ ok: true });
    expect(await read('full')).toMatchObject({ ok: false });
    await damage('- 1');
    expect(await read('full')).toMatchObject({ ok: true });
  });

  it('finds refused transfers and other rows without entries by their ids, and a forged one among them', async () => {
    const minutesAgo = new Date(Date.now() - 5 * 60_000);
    const tooMuch = move({ from: payer, to: payee, amountMinor: 10_000_000n, id: transferId(minutesAgo) });
    expect(await ledger.post([tooMuch])).toMatchObject([{ code: 'insufficient_funds' }]);
    expect((await read('incremental')).figures.refusals).toBe(1n);
    await planted(`UPDATE ledger.transfer SET outcome = 0, amount = 5 WHERE id = '${tooMuch.id}'`);
    const { findings } = await read('incremental');
    expect(findings).toMatchObject([{ check: 'transfer_has_its_entries', place: `transfer ${tooMuch.id}` }]);
    await planted(`UPDATE ledger.transfer SET outcome = 50, amount = 0 WHERE id = '${tooMuch.id}'`);
  });

  it('takes the months before the point as proved: a first entry in the new part follows on from its balance', async () => {
    const quiet = await wallet(7n);
    await read('incremental');
    await ledger.post([
      move({ from: quiet, to: payee, amountMinor: 2n, id: transferId(new Date(Date.now() - 86_400_000)) }),
    ]);
    expect(await read('incremental')).toMatchObject({
      ok: true,
      figures: { accounts: 2n, entries: 2n },
    });
    await ledger.post([move({ from: quiet, to: payee, amountMinor: 1n })]);
    const where = `account_id = ${quiet.toString()} AND version = 3`;
    await planted(`UPDATE ledger.entry SET balance = balance + 1, amount = amount + 1 WHERE ${where};
      UPDATE ledger.account SET balance = balance + 1 WHERE id = ${quiet.toString()}`);
    const wrong = (await read('incremental')).findings.map(({ check }) => check);
    expect(wrong).toContain('transfer_has_its_entries');
    await planted(`UPDATE ledger.entry SET balance = balance + 2 WHERE ${where};
      UPDATE ledger.entry SET amount = amount - 1 WHERE ${where}`);
    const { findings } = await read('incremental');
    expect(findings.find(({ check }) => check === 'entry_chain')?.place).toBe(`account ${quiet.toString()} version 3`);
    await planted(`UPDATE ledger.entry SET balance = balance - 3 WHERE ${where};
      UPDATE ledger.account SET balance = balance - 1 WHERE id = ${quiet.toString()}`);
    expect(await read('incremental')).toMatchObject({ ok: true });
  });

  it('survives that the ledger’s clock goes back', async () => {
    await database.client.$queryRaw`SELECT ledger.set_clock_offset(3600000000)::text`;
    expect(await read('incremental')).toMatchObject({ ok: true });
    await database.client.$queryRaw`SELECT ledger.set_clock_offset(0)::text`;
    await pay(5n);
    expect(await read('incremental')).toMatchObject({ ok: true, figures: { entries: 2n } });
  });
});

describe('the results of checks', () => {
  it('are kept, newest first, with what was found and how much was read', async () => {
    const [stripe, bridge] = [systemAccountId('stripe_balance', 'USD'), systemAccountId('bridge', 'USD')];
    await ledger.post([move({ from: stripe, to: bridge, amountMinor: 1n })]);
    await clock.advance(16 * 60);
    const run = await read('full');
    expect(run).toMatchObject({
      ok: true,
      findings: [{ check: 'bridge_zero', severity: 'soft', count: 1n, actual: '1 for 16 minutes' }],
    });
    expect(run.finishedAt.getTime()).toBeGreaterThanOrEqual(run.startedAt.getTime());
    expect(await checkRuns(database.client, { limit: 1 })).toEqual([run]);
    expect(await checkRuns(database.client, { kind: 'full', limit: 1 })).toEqual([run]);
    expect((await checkRuns(database.client, { kind: 'incremental', limit: 1 }))[0]?.id).not.toBe(run.id);
    await clock.advance(-16 * 60);
    await ledger.post([move({ from: bridge, to: stripe, amountMinor: 1n })]);
  });

  it('are bounded: the last thousand, every failed one for long, and always the last good one', async () => {
    await planted(`
      INSERT INTO ledger.check_run (kind, started_at, finished_at, ok, findings, figures, covers_until)
      SELECT 'full', now(), now(), g % 4 > 0, '[]', '{}', now() FROM generate_series(1, 2000) g`);
    await read('full');
    const keptRuns = (ok: boolean) => database.client.ledgerCheckRun.count({ where: { ok } });
    expect(await keptRuns(true)).toBe(750);
    expect(await keptRuns(false)).toBeGreaterThanOrEqual(500);
    await planted(`
      DELETE FROM ledger.check_run WHERE ok AND id < (SELECT max(id) FROM ledger.check_run);
      INSERT INTO ledger.check_run (kind, started_at, finished_at, ok, findings, figures, covers_until)
      SELECT 'full', now(), now(), false, '[]', '{}', now() FROM generate_series(1, 11000);
      UPDATE ledger.account SET balance = balance + 1 WHERE id = 2`);
    expect(await read('incremental')).toMatchObject({ kind: 'incremental', ok: false });
    expect(await keptRuns(false)).toBe(10_000);
    expect(await keptRuns(true)).toBe(1);
    await planted(`UPDATE ledger.account SET balance = balance - 1 WHERE id = 2`);
  });

  it('can be written only in the snapshot that was read, and changed by nobody', async () => {
    await expect(database.inTransaction((tx) => runCheck(tx, 'full'))).rejects.toThrow('snapshot');
    for (const statement of [
      'UPDATE ledger.check_run SET ok = true',
      'DELETE FROM ledger.check_run',
      'DELETE FROM ledger.check_point',
      'UPDATE ledger.check_point SET balance = 0',
    ]) {
      await expect(database.client.$executeRawUnsafe(statement)).rejects.toThrow('permission denied');
    }
    await expect(
      asSuperuser(database, 'SET ROLE cascade_owner; UPDATE ledger.check_run SET ok = true'),
    ).rejects.toThrow('refused');
  });

  it('come from one reading at a time: a second one is refused and nothing is kept of it', async () => {
    const before = await checkRuns(database.client, { limit: 1 });
    const refused = await database.inSnapshot(async (tx) => {
      await tx.$queryRaw`SELECT pg_advisory_xact_lock(7261963004)::text`;
      return checkBooks(database, 'incremental').catch((error: unknown) => error);
    });
    expect(refused).toMatchObject({ kind: 'conflict', code: 'check_running' });
    expect(await checkRuns(database.client, { limit: 1 })).toEqual(before);
  });
});

describe('the breaker', () => {
  it('stays closed when a second reading finds nothing wrong any more, and both readings are kept', async () => {
    const last = (await checkRuns(database.client, { limit: 1 }))[0]?.id ?? 0n;
    await asSuperuser(
      database,
      `UPDATE ledger.account SET balance = balance + 1 WHERE id = 2;
       CREATE FUNCTION public.repair() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$ BEGIN
         UPDATE ledger.account SET balance = 0 WHERE id = 2; RETURN NULL; END $$;
       CREATE TRIGGER repair AFTER INSERT ON ledger.check_run FOR EACH ROW EXECUTE FUNCTION public.repair()`,
    );
    expect(await checkBooks(database, 'incremental')).toMatchObject({ ok: true, findings: [] });
    await asSuperuser(database, 'DROP TRIGGER repair ON ledger.check_run');
    const kept = await database.client.ledgerCheckRun.findMany({ where: { id: { gt: last } }, orderBy: { id: 'asc' } });
    expect(kept.map(({ ok }) => ok)).toEqual([false, true]);
    expect(await pay(1n)).toMatchObject([{ status: 'created' }]);
  });

  it('is opened by an incremental check as by a full one, both readings kept, and says since when and why', async () => {
    expect(await breakerState(database.client)).toEqual({ isOpen: false, lastChange: null });
    const last = (await checkRuns(database.client, { limit: 1 }))[0]?.id ?? 0n;
    await pay(6n);
    await planted(`UPDATE ledger.account SET balance = balance + 1 WHERE id = ${payee.toString()}`);
    expect(await checkBooks(database, 'incremental')).toMatchObject({ kind: 'incremental', ok: false });
    expect(await database.client.ledgerCheckRun.count({ where: { id: { gt: last }, ok: false } })).toBe(2);
    expect(await breakerState(database.client)).toMatchObject({
      isOpen: true,
      lastChange: { actor: 'checker', reason: 'asset_sum_zero: asset DUCAT: expected sum of balances 0, found 1' },
    });
    expect(await pay(1n)).toMatchObject([{ code: 'breaker_open' }]);
  });
});
