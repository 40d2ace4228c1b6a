import { expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { runCheck, type CheckKind } from '#server/ledger/check-runs.ts';
import { newsSince, wholeBooks } from '#server/ledger/check-scope.ts';
import { sealChecks } from '#server/ledger/check-seals.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { ageMonths } from '#server/testing/ledger-seals.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, ...ledger } = books(database);
const issuance = systemAccountId('issuance', 'DUCAT');
const months = await ageMonths(database);
const external = { source: 'external' } as const;
const [payer, payee] = [await wallet(), await wallet()];
const [mint, sale] = [
  move({ from: issuance, to: payer, amountMinor: 100n, id: months.idOf(-2) }),
  move({ from: payer, to: payee, amountMinor: 30n, id: months.idOf(-2), effectiveDate: '2026-01-06' }),
];
await ledger.post([mint, sale], external);
await ledger.post([move({ from: payer, to: payee, amountMinor: 3n, id: months.idOf(-1) })], external);
await months.sealAllTo(-1);
await months.detach(-2);
await ledger.post([move({ from: payee, to: payer, amountMinor: 1n, id: months.idOf(2) })], external);

const archive = `ledger_archive.transfer_${months.month(-2).replace('-', '_')}`;
const [first, second] = [payer.toString(), payee.toString()];
const ofMonth = `month = '${months.month(-2)}-01'`;

interface Damage {
  what: string;
  damage: string;
  repair: string;
  finds: string[];
}

const between = (table: string, [from, to]: readonly [string, string], where: string) => ({
  damage: `UPDATE ${table} SET ${from} WHERE ${where}`,
  repair: `UPDATE ${table} SET ${to} WHERE ${where}`,
});
const bothWays = (change: (sign: '+' | '-') => string) => ({ damage: change('+'), repair: change('-') });

/** Ten more from the one to the other in the archive, in their entries, days and balances: all agree with each other. */
const consistently = (sign: '+' | '-') => {
  const back = sign === '+' ? '-' : '+';
  return `
    UPDATE ${archive} SET amount = amount ${sign} 10 WHERE id = '${sale.id}';
    UPDATE ledger.entry SET amount = amount ${back} 10 WHERE transfer_id = '${sale.id}' AND account_id = ${first};
    UPDATE ledger.entry SET amount = amount ${sign} 10 WHERE transfer_id = '${sale.id}' AND account_id = ${second};
    UPDATE ledger.entry SET balance = balance ${back} 10 WHERE account_id = ${first} AND version >= 2;
    UPDATE ledger.entry SET balance = balance ${sign} 10 WHERE account_id = ${second};
    UPDATE ledger.account SET balance = balance ${back} 10 WHERE id = ${first};
    UPDATE ledger.account SET balance = balance ${sign} 10 WHERE id = ${second};
    UPDATE ledger.account_day SET net = net ${back} 10 WHERE account_id = ${first} AND day = '2026-01-06';
    UPDATE ledger.account_day SET net = net ${sign} 10 WHERE account_id = ${second} AND day = '2026-01-06'`;
};

const damages: Damage[] = [
  {
    what: 'a balance that grew after the detach',
    ...between('ledger.account', ['balance = balance + 1', 'balance = balance - 1'], `id = ${first}`),
    finds: ['account_is_its_entries', 'asset_sum_zero', 'rollup_is_its_members'],
  },
  {
    what: 'an archived transfer with its entries and balances, all agreeing with each other',
    ...bothWays(consistently),
    finds: ['account_is_its_entries', 'entry_chain', 'seal_closing', 'seal_entries', 'seal_transfers'],
  },
  {
    what: 'an archived transfer with another reference',
    ...between(archive, [`reference = 'forged'`, 'reference = NULL'], `id = '${mint.id}'`),
    finds: ['seal_transfers'],
  },
  {
    what: 'a transfer that is gone from the archive',
    damage: `CREATE TABLE public.kept AS SELECT * FROM ${archive} WHERE id = '${mint.id}'; DELETE FROM ${archive} WHERE id = '${mint.id}'`,
    repair: `INSERT INTO ${archive} SELECT * FROM public.kept; DROP TABLE public.kept`,
    finds: ['seal_transfers'],
  },
  {
    what: 'an archived entry of another kind',
    ...between('ledger.entry', ['kind = 1', 'kind = 13'], `account_id = ${first} AND version = 1`),
    finds: ['seal_entries'],
  },
  {
    what: 'an archived entry that belongs to another day',
    ...between(
      'ledger.entry_effective',
      [`effective_date = '2026-01-05'`, `effective_date = '2026-01-06'`],
      `account_id = ${first}`,
    ),
    finds: ['account_days', 'seal_entries'],
  },
  {
    what: 'a sealed balance',
    ...between(
      'ledger.seal_account',
      ['balance = balance + 1', 'balance = balance - 1'],
      `${ofMonth} AND account_id = ${second}`,
    ),
    finds: ['account_is_its_entries', 'entry_chain', 'seal_accounts', 'seal_closing'],
  },
  {
    what: 'an account that is gone from a seal',
    damage: `CREATE TABLE public.kept AS SELECT * FROM ledger.seal_account WHERE month = '${months.month(-1)}-01' AND account_id = ${second};
      DELETE FROM ledger.seal_account WHERE month = '${months.month(-1)}-01' AND account_id = ${second}`,
    repair: 'INSERT INTO ledger.seal_account SELECT * FROM public.kept; DROP TABLE public.kept',
    finds: ['seal_accounts'],
  },
  {
    what: 'the name on a seal',
    ...between('ledger.seal', [`sealed_by = 'nobody'`, `sealed_by = 'Ispettore'`], ofMonth),
    finds: ['seal_chain'],
  },
  {
    what: 'a seal made anew with a hash of its own',
    damage: `CREATE TABLE public.kept AS SELECT month, sealed_by, hash FROM ledger.seal;
      UPDATE ledger.seal SET sealed_by = 'nobody' WHERE ${ofMonth};
      UPDATE ledger.seal s SET hash = ledger.seal_hash(s) WHERE ${ofMonth}`,
    repair: `UPDATE ledger.seal s SET sealed_by = k.sealed_by, hash = k.hash FROM public.kept k WHERE k.month = s.month; DROP TABLE public.kept`,
    finds: ['seal_chain'],
  },
  {
    what: 'a sealed month that may be booked into',
    damage: `UPDATE ledger.control SET ids_from = '00000000-0000-0000-0000-000000000000'`,
    repair: `UPDATE ledger.control SET ids_from = (ledger.month_ids('${months.month(-1)}-01')).ids_until`,
    finds: ['seal_chain'],
  },
];

function check(kind: CheckKind) {
  return database.inSnapshot((tx) => runCheck(tx, kind), { isLong: true });
}

/** The hard checks that see the damage, by a full reading; afterwards all is as it was. */
async function findingsOf({ damage, repair }: Damage): Promise<string[]> {
  const unguarded = (sql: string) => asSuperuser(database, `SET session_replication_role = replica; ${sql}`);
  await unguarded(damage);
  const run = await check('full');
  await unguarded(repair);
  return run.findings
    .filter(({ severity }) => severity === 'hard')
    .map(({ check: name }) => name)
    .sort();
}

it.each(damages)('a full check finds $what', async (damage) => {
  expect(await findingsOf(damage)).toEqual(damage.finds);
});

it('nothing is found once all is repaired', async () => {
  expect(await check('full')).toMatchObject({ ok: true, findings: [] });
  expect(await check('incremental')).toMatchObject({ ok: true, findings: [], kind: 'incremental' });
});

it('an incremental check follows the chain of the seals too', async () => {
  const forged = between('ledger.seal', [`sealed_by = 'nobody'`, `sealed_by = 'Ispettore'`], ofMonth);
  await asSuperuser(database, `SET session_replication_role = replica; ${forged.damage}`);
  expect(await check('incremental')).toMatchObject({ ok: false, findings: [{ check: 'seal_chain' }] });
  await asSuperuser(database, `SET session_replication_role = replica; ${forged.repair}`);
});

it('a month that is not as it was sealed is not detached', async () => {
  const place = `ledger.transfer_${months.month(-1).replace('-', '_')}`;
  const forged = between(place, [`reference = 'forged'`, 'reference = NULL'], 'true');
  await asSuperuser(database, `SET session_replication_role = replica; ${forged.damage}`);
  await expect(months.detach(-1)).rejects.toMatchObject({ code: 'seal_broken' });
  await asSuperuser(database, `SET session_replication_role = replica; ${forged.repair}`);
  await months.detach(-1);
});

it('every check of seals has damage here that it finds', () => {
  const names = [
    ...sealChecks(wholeBooks),
    ...sealChecks(newsSince({ all: transferId(), withoutEntries: transferId() })),
  ];
  const found = new Set(damages.flatMap(({ finds }) => finds));
  expect(names.filter(({ name }) => !found.has(name))).toEqual([]);
});
