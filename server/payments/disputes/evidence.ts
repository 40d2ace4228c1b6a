import type Stripe from 'stripe';
import { toDecimal } from '#server/money/money.ts';
import type { Db } from '#server/platform/db.ts';

/** What speaks for the house in a dispute, gathered from the domains that know it. */

/** One thing that happened, in plain words for a bank. */
export interface EvidenceItem {
  at: Date;
  /** One line of English: banks read no other language of ours. */
  text: string;
}

/** Where evidence comes from; given by the market and by citizens, and joined in `api`. */
export interface EvidenceSource {
  name: 'orders' | 'sign_ins' | 'messages' | 'delivery';
  /** What a citizen did in a period, the latest first, at most `limit`. */
  items: (db: Db, period: { citizenId: string; from: Date; to: Date; limit: number }) => Promise<EvidenceItem[]>;
}

export interface EvidencePart {
  name: EvidenceSource['name'];
  items: EvidenceItem[];
}

export interface EvidencePack {
  parts: EvidencePart[];
  /** What Stripe is sent, field by field. */
  fields: { name: keyof StripeEvidence; text: string }[];
}

type StripeEvidence = Pick<
  Stripe.DisputeUpdateParams.Evidence,
  'customer_name' | 'product_description' | 'service_date' | 'access_activity_log' | 'uncategorized_text'
>;

export interface DisputedPurchase {
  citizenId: string;
  customerName: string;
  boughtAt: Date;
  creditedAt: Date | null;
  baseMinor: bigint;
  bonusMinor: bigint;
}

const itemsMax = 100;
/** As many characters as Stripe takes in one field. */
const fieldLengthMax = 20_000;
const daysBefore = 30;
const dayMs = 86_400_000;

/** Everything that speaks for the house about one purchase, from a month before it until now. */
export async function assembleEvidence(
  db: Db,
  sources: readonly EvidenceSource[],
  { purchase, now }: { purchase: DisputedPurchase; now: Date },
): Promise<EvidencePack> {
  const { citizenId, boughtAt } = purchase;
  const period = { citizenId, from: new Date(boughtAt.getTime() - daysBefore * dayMs), to: now, limit: itemsMax };
  const parts: EvidencePart[] = [];
  for (const { name, items } of sources) parts.push({ name, items: await items(db, period) });
  return { parts, fields: fieldsOf(purchase, parts) };
}

function fieldsOf(purchase: DisputedPurchase, parts: readonly EvidencePart[]): EvidencePack['fields'] {
  const lines = (names: readonly EvidenceSource['name'][]) =>
    parts
      .filter(({ name }) => names.includes(name))
      .flatMap(({ items }) => items.map(({ at, text }) => `${at.toISOString()} ${text}`))
      .join('\n');
  const given = purchase.creditedAt ?? purchase.boughtAt;
  const fields: EvidencePack['fields'] = [
    { name: 'customer_name', text: purchase.customerName },
    {
      name: 'product_description',
      text: `${toDecimal(purchase.baseMinor)} ducats and ${toDecimal(purchase.bonusMinor)} bonus ducats, a digital currency for purchases on the CASCADE market, delivered to the buyer's wallet at once.`,
    },
    { name: 'service_date', text: given.toISOString().slice(0, 10) },
    { name: 'access_activity_log', text: lines(['sign_ins']) },
    { name: 'uncategorized_text', text: lines(['orders', 'messages', 'delivery']) },
  ];
  return fields
    .map((field) => ({ ...field, text: field.text.slice(0, fieldLengthMax) }))
    .filter(({ text }) => text !== '');
}

/** The pack as Stripe takes it. */
export function asStripeEvidence(pack: EvidencePack): StripeEvidence {
  return Object.fromEntries(pack.fields.map(({ name, text }) => [name, text]));
}
