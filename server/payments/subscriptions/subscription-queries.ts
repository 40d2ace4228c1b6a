import { entitlements } from '#server/citizens/entitlements.ts';
import { citizenTiers } from '#server/citizens/queries.ts';
import { usd } from '#server/money/money.ts';
import type { Db, Prisma } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { isWrittenUuid } from '#server/platform/ids.ts';
import { standingOf } from './subscription-rules.ts';
import {
  soldTier,
  type InvoiceView,
  type PlanView,
  type SoldTier,
  type SubscriptionView,
} from './subscription-schema.ts';

const invoicesShown = 24;

const subscriptionColumns = {
  id: true,
  tier: true,
  priceMinor: true,
  state: true,
  stripeStatus: true,
  failingSince: true,
  graceUntil: true,
  periodEnd: true,
  endsAt: true,
} satisfies Prisma.SubscriptionSelect;

type SubscriptionRow = Prisma.SubscriptionGetPayload<{ select: typeof subscriptionColumns }>;

const invoiceColumns = {
  id: true,
  number: true,
  state: true,
  amountMinor: true,
  taxMinor: true,
  refundedMinor: true,
  issuedAt: true,
  paidAt: true,
} satisfies Prisma.SubscriptionInvoiceSelect;

/** Everything that the page of plans shows to a citizen. Refuses `account_closed`. */
export async function planOf(db: Db, input: { citizenId: string; now: Date }): Promise<PlanView> {
  const { citizenId, now } = input;
  const tiers = await citizenTiers(db, citizenId);
  if (tiers === null) throw refuse('forbidden', 'account_closed', 'This account is closed.');
  const last = await db.subscription.findFirst({
    where: { citizenId, state: { in: ['live', 'ended'] } },
    // `live` comes after `ended` in the alphabet.
    orderBy: [{ state: 'desc' }, { id: 'desc' }],
    select: subscriptionColumns,
  });
  return {
    tier: tiers.tier,
    classTier: tiers.classTier,
    subscribedTier: soldTier.safeParse(tiers.subscribedTier).data ?? null,
    tiers: await entitlements(db),
    subscription: last === null ? null : viewOf(last, now),
    invoices: await invoicesOf(db, citizenId),
  };
}

async function invoicesOf(db: Db, citizenId: string): Promise<InvoiceView[]> {
  const rows = await db.subscriptionInvoice.findMany({
    where: { subscription: { citizenId } },
    orderBy: [{ issuedAt: 'desc' }, { id: 'desc' }],
    take: invoicesShown,
    select: invoiceColumns,
  });
  return rows.map((row) => ({
    ...row,
    state: row.state as InvoiceView['state'],
    amountMinor: usd(row.amountMinor),
    taxMinor: usd(row.taxMinor),
    refundedMinor: usd(row.refundedMinor),
  }));
}

/** One subscription by Stripe's session, for whom it belongs to. Refuses `subscription_not_found`. */
export async function ownSubscription(
  db: Db,
  input: { sessionId: string; citizenId: string; now: Date },
): Promise<SubscriptionView> {
  const row = await db.subscription.findUnique({
    where: { stripeSessionId: input.sessionId },
    select: { citizenId: true, ...subscriptionColumns },
  });
  if (row?.citizenId !== input.citizenId) throw subscriptionNotFound();
  return viewOf(row, input.now);
}

export function subscriptionNotFound() {
  return refuse('not_found', 'subscription_not_found', 'There is no such subscription.');
}

function viewOf(row: SubscriptionRow, now: Date): SubscriptionView {
  return {
    id: row.id,
    tier: row.tier as SoldTier,
    priceMinor: usd(row.priceMinor),
    standing: standingOf(row, now),
    periodEnd: row.periodEnd,
    endsAt: row.endsAt,
    graceUntil: row.graceUntil,
  };
}

/** Our own mark on an object at Stripe. */
export function markOf(metadata: Readonly<Record<string, string>> | null): string | undefined {
  const id = metadata?.['subscription_id'];
  return id !== undefined && isWrittenUuid(id) ? id : undefined;
}

/** Our row of an object at Stripe: by its id, or by our own mark on it when its answer was lost. */
export async function subscriptionIdBy(
  db: Db,
  where: { stripeSubscriptionId?: string; stripeSessionId?: string; id?: string | undefined },
): Promise<string | null> {
  const { stripeSubscriptionId, stripeSessionId, id } = where;
  const byStripe =
    stripeSubscriptionId === undefined
      ? stripeSessionId === undefined
        ? null
        : await db.subscription.findUnique({ where: { stripeSessionId }, select: { id: true } })
      : await db.subscription.findUnique({ where: { stripeSubscriptionId }, select: { id: true } });
  if (byStripe !== null || id === undefined) return byStripe?.id ?? null;
  return (await db.subscription.findUnique({ where: { id }, select: { id: true } }))?.id ?? null;
}
