import { accountKinds, transferKinds } from '#server/ledger/kinds.ts';
import { systemAccountId } from '#server/ledger/accounts.ts';
import type { Database } from '#server/platform/db.ts';
import { must } from './findings.ts';
import { movedByCharge, type StripeSide } from './stripe-side.ts';

/** Session by session: what Stripe took and gave back, beside what the books say of it. */

interface BookedTopUp {
  id: string;
  session: string | null;
  state: string;
  base: bigint;
  bonus: bigint;
  total: bigint;
  /** Transfers that credited dollars for it. */
  credits: number;
  /** Cents that its payment, refunds and disputes moved at Stripe, by the books. */
  moved: bigint;
  /** Centesimi that came into wallets for it: bought ones and the bonus. */
  bought: bigint;
  granted: bigint;
}

const walletCode = accountKinds.find(({ name }) => name === 'wallet')?.code ?? 0;

export async function auditSessions(database: Database, stripe: StripeSide): Promise<string[]> {
  const rows = await bookedTopUps(database);
  const sessions = new Map(stripe.sessions.map((session) => [session.id, session]));
  const moved = movedByCharge(stripe);
  const found = rows.flatMap((row) => {
    const session = sessions.get(row.session ?? '');
    const isPaid = session?.isPaid ?? false;
    const atStripe = moved.get(session?.chargeId ?? '') ?? 0n;
    const name = `session ${row.session ?? 'of no page'} (${row.state})`;
    return [
      ...must(
        row.credits === (isPaid ? 1 : 0),
        `${name}: credited ${String(row.credits)} times, paid: ${String(isPaid)}`,
      ),
      ...must(
        row.moved === (isPaid ? atStripe : 0n),
        `${name}: ${String(row.moved)} in the books, ${String(atStripe)} at Stripe`,
      ),
      ...must(!isPaid || session?.totalMinor === row.total, `${name}: another amount than was quoted`),
      ...ducatFaults(row, isPaid).map((fault) => `${name}: ${fault}`),
    ];
  });
  return [...found, ...(await strangers(database, stripe))];
}

/** Ducats arrive once and whole, where the payment was not paid back before they did. */
function ducatFaults(row: BookedTopUp, isPaid: boolean): string[] {
  const arrives = isPaid && row.state === 'credited';
  const wanted = arrives ? row.base : 0n;
  const bonus = arrives ? row.bonus : 0n;
  return [
    ...must(row.bought === wanted, `${String(row.bought)} centesimi arrived, ${String(wanted)} should have`),
    ...must(row.granted === bonus, `${String(row.granted)} of a bonus arrived, ${String(bonus)} should have`),
  ];
}

function bookedTopUps({ client }: Database): Promise<BookedTopUp[]> {
  const atStripe = systemAccountId('stripe_balance', 'USD');
  const { top_up_gross: gross, top_up_base: base, top_up_bonus: bonus } = transferKinds;
  return client.$queryRaw<BookedTopUp[]>`
    WITH cause AS (
      SELECT id AS top_up, id::text AS reference FROM top_up
      UNION ALL SELECT top_up_id, id::text FROM refund
      UNION ALL SELECT top_up_id, id::text FROM dispute WHERE top_up_id IS NOT NULL),
    leg AS (
      SELECT c.top_up, t.kind, t.amount, t.debit_account_id AS debit, k.kind AS credited_kind,
             CASE WHEN t.debit_account_id = ${atStripe} THEN t.amount WHEN t.credit_account_id = ${atStripe} THEN -t.amount ELSE 0 END AS moved
      FROM cause c JOIN ledger.transfer t ON t.reference = c.reference AND t.outcome = 0
                   JOIN ledger.account k ON k.id = t.credit_account_id)
    SELECT u.id::text, u.stripe_session_id AS session, u.state, u.base_minor AS base, u.bonus_minor AS bonus, u.total_minor AS total,
           (count(*) FILTER (WHERE l.kind = ${gross}))::integer AS credits,
           coalesce(sum(l.moved), 0)::bigint AS moved,
           coalesce(sum(l.amount) FILTER (WHERE l.kind = ${base} AND l.credited_kind = ${walletCode}), 0)::bigint AS bought,
           coalesce(sum(l.amount) FILTER (WHERE l.kind = ${bonus} AND l.credited_kind = ${walletCode}), 0)::bigint AS granted
    FROM top_up u LEFT JOIN leg l ON l.top_up = u.id GROUP BY u.id`;
}

/** Every charge at Stripe is somebody's: of a top-up, or of what a citizen owed. */
async function strangers({ client }: Database, stripe: StripeSide): Promise<string[]> {
  const topUps = await client.topUp.findMany({ where: { stripeChargeId: { not: null } } });
  const payments = await client.debtPayment.findMany({ where: { stripeChargeId: { not: null } } });
  const known = new Set([...topUps, ...payments].map(({ stripeChargeId }) => stripeChargeId));
  return stripe.transactions
    .filter(({ type, source }) => (type === 'charge' || type === 'payment') && !known.has(source))
    .map(({ source }) => `session: the charge ${source} is nobody's`);
}
