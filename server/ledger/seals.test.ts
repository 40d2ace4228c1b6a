import { expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { runCheck } from '#server/ledger/check-runs.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { balanceOn, statementByDay } from '#server/ledger/day-queries.ts';
import { lookupTransfers } from '#server/ledger/lookups.ts';
import { accountEntries, balanceAt } from '#server/ledger/queries.ts';
import { sealedMonths } from '#server/ledger/seal-queries.ts';
import { queryTransfers } from '#server/ledger/transfer-queries.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';
import { ledgerClock } from '#server/testing/ledger-clock.ts';
import { ageMonths } from '#server/testing/ledger-seals.ts';

const database = await testDatabase();
const { wallet, ...ledger } = books(database);
const issuance = systemAccountId('issuance', 'DUCAT');
const [payer, payee] = [await wallet(1_000n), await wallet()];

/** Booked in the present month, which is old once the clock moved. */
const sale = move({ from: payer, to: payee, amountMinor: 300n, reference: 'order 1' });
const held = move({ from: payer, to: payee, amountMinor: 50n, pending: {} });
const ended = move({ from: payer, to: payee, amountMinor: 20n, pending: {} });
const refused = move({ from: payer, to: payee, amountMinor: 9_999n });
const dated = move({ from: payer, to: payee, amountMinor: 7n, effectiveDate: '2026-01-06' });
const part = move({ from: payee, to: payer, amountMinor: 40n, reversesId: sale.id, kind: 'reversal' });
await ledger.post([sale, held, ended, refused, dated, part]);
await ledger.post([move({ from: payer, to: payee, amountMinor: 0n, voidPendingId: ended.id })]);
const before = await readings();
const months = await ageMonths(database);
const late = move({ from: issuance, to: payee, amountMinor: 5n, id: months.idOf(-2) });

/** All that readers of history are told about the two accounts. */
async function readings() {
  const page = { accountId: payer, limit: 100 };
  const time = new Date();
  return {
    entries: await accountEntries(database.client, page),
    transfers: await queryTransfers(database.client, page),
    byReference: await queryTransfers(database.client, { reference: 'order 1', limit: 10 }),
    statement: await statementByDay(database.client, { ...page, from: '2026-01-01', to: '2026-01-31' }),
    stored: await lookupTransfers(database.client, [sale.id, refused.id, held.id]),
    atVersion: await balanceAt(database.client, payer, { version: 2n }),
    atTime: await balanceAt(database.client, payer, { time }),
    onDay: await balanceOn(database.client, payer, '2026-01-06'),
  };
}

it('a month is sealed 35 days after its end, in its order, after a good check and without open pendings', async () => {
  await expect(months.seal(1)).rejects.toMatchObject({ code: 'month_still_open' });
  await expect(months.seal(24)).rejects.toMatchObject({ code: 'month_not_found' });
  await expect(months.seal(0)).rejects.toMatchObject({ code: 'earlier_month_not_sealed' });
  expect(await ledger.post([late], { source: 'external' })).toMatchObject([{ status: 'created' }]);
  await asSuperuser(database, 'UPDATE ledger.account SET balance = balance + 1 WHERE id = 1');
  await expect(months.seal(-2)).rejects.toMatchObject({ code: 'books_not_checked' });
  await asSuperuser(
    database,
    'UPDATE ledger.account SET balance = balance - 1 WHERE id = 1; UPDATE ledger.control SET breaker_open = false',
  );
  await months.seal(-2);
  await expect(months.seal(-2)).rejects.toMatchObject({ code: 'month_sealed' });
  await months.seal(-1);
  await expect(months.seal(0)).rejects.toMatchObject({ code: 'month_has_open_pending' });
  expect(await sealedMonths(database.client, 10)).toMatchObject([
    { month: months.month(-1), transfers: 0n, moved: [], detached: null },
    { month: months.month(-2), transfers: 1n, moved: [{ asset: 'DUCAT', amountMinor: 5n }], sealedBy: 'Ispettore' },
  ]);
});

it('into a sealed month nothing is booked any more, whoever says it happened, and old ids answer as before', async () => {
  const again = move({ from: issuance, to: payee, amountMinor: 5n, id: months.idOf(-2) });
  expect(await ledger.post([again, late], { source: 'external' })).toMatchObject([
    { status: 'refused', code: 'id_too_old' },
    { status: 'exists' },
  ]);
});

it('a detach needs the seal, in the order of months', async () => {
  await expect(months.detach(0)).rejects.toMatchObject({ code: 'month_not_sealed' });
  await expect(months.detach(-1)).rejects.toMatchObject({ code: 'earlier_month_attached' });
});

it('the seal of a month says what each account held at its end and when it was sealed', async () => {
  await ledger.post([move({ from: payer, to: payee, amountMinor: 50n, postPendingId: held.id, id: months.idOf(2) })], {
    source: 'external',
  });
  await months.seal(0);
  const sealed = await database.client.ledgerSealAccount.findMany({
    where: { accountId: payer },
    orderBy: { month: 'asc' },
  });
  const atTheEnd = { closingVersion: before.atTime.version, closingBalance: before.atTime.balanceMinor };
  expect(sealed).toMatchObject([
    { closingVersion: 0n, closingBalance: 0n, dayBalance: -7n, reserved: 50n },
    { closingVersion: 0n, closingBalance: 0n, dayBalance: -7n, reserved: 50n },
    { ...atTheEnd, balance: before.atTime.balanceMinor - 50n, reserved: 0n, version: before.atTime.version + 1n },
  ]);
});

it('when months are in the archive everything is read as before', async () => {
  const attached = await readings();
  await months.detachAllTo(0);
  expect(await readings()).toEqual(attached);
  expect(attached.byReference).toEqual(before.byReference);
  expect(attached.atVersion).toEqual(before.atVersion);
  expect((await checkLedger(database.client)).findings).toEqual([]);
  const check = await database.inSnapshot((tx) => runCheck(tx, 'incremental'), { isLong: true });
  expect(check).toMatchObject({ kind: 'incremental', ok: true, findings: [] });
});

it('an id of an archived month is too old, and never booked a second time', async () => {
  const balance = await ledger.balance(payee);
  for (const options of [{ source: 'external' as const }, {}]) {
    expect(await ledger.post([sale], options)).toMatchObject([{ status: 'refused', code: 'id_too_old' }]);
    expect(await ledger.post([sale, part], options)).toMatchObject([{ code: 'id_too_old' }, { code: 'id_too_old' }]);
  }
  expect(await ledger.balance(payee)).toBe(balance);
});

it('a transfer of an archived month is neither reversed nor ended, and the refusal says why', async () => {
  const back = move({
    from: payee,
    to: payer,
    amountMinor: 1n,
    reversesId: sale.id,
    kind: 'reversal',
    id: transferIdOf(),
  });
  const end = move({ from: payer, to: payee, amountMinor: 1n, postPendingId: ended.id, id: transferIdOf() });
  const stranger = move({ from: payer, to: payee, amountMinor: 1n, postPendingId: transferIdOf(), id: transferIdOf() });
  expect(await ledger.post([back, end, stranger], { source: 'external' })).toMatchObject([
    { code: 'related_transfer_archived', field: 'relatedId' },
    { code: 'related_transfer_archived' },
    { code: 'pending_not_found' },
  ]);
});

function transferIdOf() {
  return months.idOf(2);
}

it('posting goes on beside the archive, and the checker starts from the seals', async () => {
  const now = await ledgerClock(database).now();
  const id = () => transferId(now);
  const [first, second] = [move({ from: payee, to: payer, amountMinor: 11n, id: id() }), await wallet()];
  const results = await ledger.post([first, move({ from: payer, to: second, amountMinor: 1n, id: id(), pending: {} })]);
  expect(results).toMatchObject([{ status: 'created' }, { status: 'created' }]);
  const report = await checkLedger(database.client);
  expect(report.findings).toEqual([]);
  expect(report.figures.transfers).toBeLessThan(6n);
});

it('the application can neither seal nor detach, nor change or see what is in the archive', async () => {
  const answer = (sql: string) => database.client.$executeRawUnsafe(sql).catch(String);
  const month = `'${months.month(0)}-01'`;
  const place = `ledger_archive.transfer_${months.month(0).replace('-', '_')}`;
  for (const sql of [
    ...[`SELECT ledger.seal_month(${month}, 'thief', false)`, `SELECT ledger.detach_month(${month}, 'thief')`],
    ...[
      `SELECT ledger.archive_month(${month})`,
      `SELECT ledger.guard_month('transfer')`,
      'SELECT ledger.restore_seals()',
    ],
    ...[`SELECT * FROM ${place}`, `DELETE FROM ${place}`, `TRUNCATE ${place}`, `UPDATE ${place} SET amount = 1`],
    ...['UPDATE ledger.seal SET transfers = 0', 'DELETE FROM ledger.seal_account', 'TRUNCATE ledger.seal_detachment'],
    'DELETE FROM ledger.seal',
  ]) {
    expect(await answer(sql), sql).toContain('permission denied');
  }
  for (const sql of [
    ...[`DELETE FROM ${place}`, `TRUNCATE ${place}`, `UPDATE ${place} SET amount = 1`],
    ...['UPDATE ledger.seal SET transfers = 0', 'DELETE FROM ledger.seal_account', 'TRUNCATE ledger.seal_detachment'],
  ]) {
    await expect(asSuperuser(database, `SET ROLE cascade_owner; ${sql}`), sql).rejects.toThrow('is refused');
  }
  await expect(
    asSuperuser(database, `SET ROLE cascade_owner; INSERT INTO ${place} SELECT * FROM ledger.transfer`),
  ).rejects.toThrow('sealed');
});
