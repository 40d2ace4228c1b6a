import { systemAccountId } from '#server/ledger/accounts.ts';
import { runCheck } from '#server/ledger/check-runs.ts';
import { accountKinds, assets, normalSideOf, type AccountKind } from '#server/ledger/kinds.ts';
import { accountBalance } from '#server/ledger/queries.ts';
import type { Asset } from '#server/money/money.ts';
import { reconciliationCounts } from '#server/payments/reconciliation/reconciliation-queries.ts';
import type { Database } from '#server/platform/db.ts';
import { provenanceFindings } from '#server/provenance/checks.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { must } from './findings.ts';
import { auditSessions } from './session-audit.ts';
import { readStripe, type StripeSide } from './stripe-side.ts';
import type { ChaosWorld } from './chaos-world.ts';

/** What the books must be after a run, found out without the code that booked it. */

/** Everything that is not as it must be, each in one line that begins with the name of the check. */
export async function audit({ bridge, deps }: ChaosWorld): Promise<string[]> {
  const { database } = bridge;
  const stripe = await readStripe(deps.stripe);
  const found = [
    ...(await movements(database, stripe)),
    ...twice(stripe),
    ...(await reconciled(database, deps.clock.now())),
    ...(await auditSessions(database, stripe)),
    ...(await clearing(database)),
    ...(await negatives(database, stripe)),
    ...(await debts(database)),
    ...(await lotsAndBooks(database)),
    ...(await unfinished(database)),
  ];
  return found;
}

/** Our balance at Stripe is Stripe's, and each of its movements is one fact of ours. */
async function movements(database: Database, stripe: StripeSide): Promise<string[]> {
  const books = -(await house(database, 'stripe_balance', 'USD'));
  const sum = stripe.transactions.reduce((total, { amountMinor, feeMinor }) => total + amountMinor - feeMinor, 0n);
  const facts = await database.client.stripeFact.findMany();
  const byTransaction = new Map(facts.map((fact) => [fact.balanceTransactionId, fact]));
  const wrong = stripe.transactions.flatMap(({ id, type, source, amountMinor }) => {
    const fact = byTransaction.get(id);
    const isSame = fact?.type === type && fact.sourceId === source && fact.amountMinor === amountMinor;
    return isSame ? [] : [`movements: ${type} ${id} of ${source} over ${String(amountMinor)} has not its fact`];
  });
  return [
    ...must(
      books === stripe.balanceMinor,
      `balance: Stripe holds ${String(stripe.balanceMinor)}, the books ${String(books)}`,
    ),
    ...must(sum === stripe.balanceMinor, `balance: Stripe's movements are ${String(sum)} together`),
    ...must(
      facts.length === stripe.transactions.length,
      `movements: ${String(facts.length)} facts for ${String(stripe.transactions.length)}`,
    ),
    ...wrong,
  ];
}

/** Whatever was repeated after a death or a lost answer happened once: each of our marks is on one object. */
function twice({ marks }: StripeSide): string[] {
  const seen = new Set<string>();
  const again = marks.filter((mark) => seen.has(mark) || !seen.add(mark));
  return [
    ...must(seen.size > 0, 'twice: nothing at Stripe bears a mark'),
    ...again.map((mark) => `twice: Stripe was asked twice for the ${mark}`),
  ];
}

async function reconciled(database: Database, now: Date): Promise<string[]> {
  const { matched, missingHere, missingThere, different } = await reconciliationCounts(database.client, now);
  const last = await database.client.stripeBalanceCheck.findFirst({ orderBy: { checkedAt: 'desc' } });
  const open = { missingHere, missingThere, different };
  return [
    ...must(matched > 0, 'reconciliation: nothing was matched'),
    ...must(
      Object.values(open).every((count) => count === 0),
      `reconciliation: ${JSON.stringify(open)}`,
    ),
    ...must(last?.unexplainedMinor === 0n, `reconciliation: ${String(last?.unexplainedMinor)} cents are unexplained`),
  ];
}

/** Nothing is left where money only passes; what sellers wait for is the only thing in suspense. */
async function clearing(database: Database): Promise<string[]> {
  const [owed] = await database.client.$queryRaw<{ minor: bigint }[]>`
    SELECT coalesce(sum(amount_minor - repaid_minor - written_off_minor), 0)::bigint AS minor
    FROM debt WHERE cause = 'clawback' AND cancelled_at IS NULL`;
  const wanted: [AccountKind, Asset, bigint][] = [
    ['bridge', 'USD', 0n],
    ['refund_in_transit', 'USD', 0n],
    ['payout_in_transit', 'USD', 0n],
    ['suspense', 'DUCAT', 0n],
    ['suspense', 'USD', owed?.minor ?? 0n],
  ];
  const found: string[] = [];
  for (const [kind, asset, minor] of wanted) {
    const held = await house(database, kind, asset);
    found.push(...must(held === minor, `clearing: ${kind} in ${asset} holds ${String(held)} and not ${String(minor)}`));
  }
  return found;
}

interface AccountRow {
  kind: number;
  asset: number;
  balance: bigint;
}

/**
 * Every account below zero, or on the other side of its kind, is one that has a reason, and holds exactly what the reason
 * says.
 */
async function negatives(database: Database, stripe: StripeSide): Promise<string[]> {
  const rows = await database.client.$queryRaw<AccountRow[]>`
    SELECT kind::integer AS kind, asset::integer AS asset, balance FROM ledger.account WHERE balance <> 0`;
  const named = rows.map((row) => ({ ...row, name: nameOf(row) }));
  const reasons = await reasonsFor(database, stripe);
  const odd = named.filter(({ name, balance }) => balance < 0n || normalSideOf(name) === 'debit');
  const kinds = new Set([...odd.map(({ name }) => name), ...reasons.keys()]);
  return [...kinds].flatMap((kind) => {
    const held = odd.filter(({ name }) => name === kind).reduce((sum, { balance }) => sum + balance, 0n);
    const reason = reasons.get(kind) ?? 0n;
    return must(held === reason, `negative: ${kind} holds ${String(held)}, and ${String(reason)} has a reason`);
  });
}

/** What accounts hold that may be below zero, or stand on the side of what the house has and spends. */
async function reasonsFor(database: Database, stripe: StripeSide): Promise<Map<AccountKind, bigint>> {
  const { client } = database;
  const debts = await client.debt.findMany({ where: { cancelledAt: null } });
  const owed = debts.reduce((sum, row) => sum + row.amountMinor - row.repaidMinor - row.writtenOffMinor, 0n);
  const writtenOff = debts.reduce((sum, { writtenOffMinor }) => sum + writtenOffMinor, 0n);
  const passedOn = debts
    .filter(({ cause }) => cause === 'dispute_fee')
    .reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
  const fees = (isDispute: boolean) =>
    stripe.transactions
      .filter(({ type }) => (type === 'adjustment') === isDispute)
      .reduce((sum, { feeMinor }) => sum + feeMinor, 0n);
  const bonus = await client.refund.aggregate({ where: { state: 'succeeded' }, _sum: { bonusDebtMinor: true } });
  const [issued] = await client.$queryRaw<{ minor: bigint }[]>`
    SELECT coalesce(sum(serial_until - serial_from), 0)::bigint AS minor FROM lot`;
  return new Map<AccountKind, bigint>([
    // Every ducat that somebody holds, the house too, was struck.
    ['issuance', -(issued?.minor ?? 0n)],
    // What Stripe holds for the house.
    ['stripe_balance', -stripe.balanceMinor],
    // What Stripe kept of payments, and of disputes less what their buyers owe of it.
    ['stripe_fees', -fees(false)],
    ['dispute_fees', passedOn - fees(true)],
    // What citizens owe, and what of it the house has given up.
    ['receivable', -owed],
    ['loss', -writtenOff],
    // Spent bonus that has to be paid for after all.
    ['promotion_cost', bonus._sum.bonusDebtMinor ?? 0n],
  ]);
}

function nameOf({ kind, asset }: AccountRow): AccountKind {
  const found = accountKinds.find(({ code, asset: of }) => code === kind && assets[of] === asset);
  if (found === undefined) throw new Error(`there is an account of the kind ${String(kind)}`);
  return found.name;
}

/** What each citizen owes by the rows is what the books say. */
async function debts(database: Database): Promise<string[]> {
  const rows = await database.client.$queryRaw<{ owner: string; owed: bigint; booked: bigint }[]>`
    SELECT coalesce(d.owner, a.owner) AS owner, coalesce(d.owed, 0)::bigint AS owed, coalesce(-a.balance, 0)::bigint AS booked
    FROM (SELECT citizen_id::text AS owner, sum(amount_minor - repaid_minor - written_off_minor) AS owed
          FROM debt WHERE cancelled_at IS NULL GROUP BY citizen_id) d
    FULL JOIN (SELECT owner, balance FROM ledger.account WHERE kind = ${receivableCode}) a ON a.owner = d.owner`;
  return rows.flatMap(({ owner, owed, booked }) =>
    must(owed === booked, `debts: ${owner} owes ${String(owed)} and the books say ${String(booked)}`),
  );
}

const receivableCode = accountKinds.find(({ name }) => name === 'receivable')?.code ?? 0;

/** Lots are the balances, what backs ducats is what they cost, and the checker of the books has nothing to say. */
async function lotsAndBooks(database: Database): Promise<string[]> {
  const { isDone } = await projectNews(database, { isFull: true });
  const run = await database.inSnapshot((tx) => runCheck(tx, 'full', provenanceFindings), { isLong: true });
  const [backed] = await database.client.$queryRaw<{ minor: bigint }[]>`
    SELECT coalesce(sum(l.serial_until - l.serial_from), 0)::bigint AS minor
    FROM lot l JOIN lot_fact f ON f.id = l.fact_id WHERE f.kind IN ('bought', 'earned')`;
  const float = await house(database, 'ducat_float', 'USD');
  return [
    ...must(isDone, 'lots: not all could be projected'),
    ...run.findings.map(
      ({ check, severity, place, expected, actual }) => `${severity} ${check}: ${place}: ${actual}, not ${expected}`,
    ),
    ...must(run.figures.transfers > 0n, 'lots: no transfer was checked'),
    ...must(
      float * 10n === backed?.minor,
      `float: ${String(float)} cents stand behind ${String(backed?.minor)} centesimi`,
    ),
  ];
}

/** Nothing is under way any more. */
async function unfinished({ client }: Database): Promise<string[]> {
  const counts = {
    events: await client.inboxEvent.count({ where: { state: { in: ['received', 'failed'] } } }),
    topUps: await client.topUp.count({ where: { state: { in: ['started', 'open', 'processing', 'waiting'] } } }),
    refunds: await client.refund.count({ where: { state: { in: ['requested', 'sent'] } } }),
    cashOuts: await client.cashOut.count({ where: { endedAt: null } }),
    disputes: await client.dispute.count({ where: { state: { in: ['opened', 'withdrawn'] } } }),
    stopped: await client.ledgerControl.count({ where: { breakerOpen: true } }),
  };
  return Object.entries(counts).flatMap(([what, count]) => must(count === 0, `unfinished: ${String(count)} ${what}`));
}

async function house({ client }: Database, kind: AccountKind, asset: Asset): Promise<bigint> {
  return (await accountBalance(client, systemAccountId(kind, asset))).balanceMinor;
}
