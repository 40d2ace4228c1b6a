import type { OfferChange, OfferedListing } from '#server/market/offers/offer-schema.ts';
import { canonical } from '#server/market/catalogue/listing-rules.ts';
import type { Db } from '#server/platform/db.ts';

/**
 * What an edit of a listing does to a price that was agreed on for it. The agreement is about a thing: its kind, the variant
 * and, where it is digital, what its buyer receives. While these stay, the price holds for the listing as it reads now, once
 * its buyer has looked at it. It never makes anybody pay more than the listing asks.
 */

const selected = {
  version: true,
  title: true,
  description: true,
  kind: true,
  categorySlug: true,
  tags: true,
  attributes: true,
  variants: true,
  priceMinor: true,
  pictures: true,
  availability: true,
  deliveryDays: true,
  contentText: true,
  contentFileIds: true,
} as const;

interface Agreement {
  listingId: string;
  listingVersion: number;
  variantId: string | null;
  unitPriceMinor: bigint;
}

export type AgreedNow =
  /** Another thing, or a version that was never there. */
  | { stands: false; problem: Extract<OfferedListing['problem'], 'changed' | 'cheaper'> }
  | { stands: true; changes: OfferChange[] };

/** Whether what was agreed stands for a later version of its listing, and what reads otherwise there. */
export async function agreedNow(db: Db, agreement: Agreement, version: number): Promise<AgreedNow> {
  const { listingId, listingVersion, variantId, unitPriceMinor } = agreement;
  if (version === listingVersion) return { stands: true, changes: [] };
  const rows = await db.listingVersion.findMany({
    where: { listingId, version: { in: [listingVersion, version] } },
    take: 2,
    select: selected,
  });
  const [then, now] = [listingVersion, version].map((wanted) => rows.find((row) => row.version === wanted));
  if (then === undefined || now === undefined || thingOf(then, variantId) !== thingOf(now, variantId))
    return { stands: false, problem: 'changed' };
  const [askedThenMinor, askedMinor] = [askedOf(then, variantId), askedOf(now, variantId)];
  if (askedMinor === null) return { stands: false, problem: 'changed' };
  if (unitPriceMinor > askedMinor) return { stands: false, problem: 'cheaper' };
  const changes = changesOf(then, now);
  return { stands: true, changes: askedThenMinor === askedMinor ? changes : ['price', ...changes] };
}

interface Version {
  title: string;
  description: string;
  kind: string;
  categorySlug: string;
  tags: string[];
  attributes: unknown;
  variants: unknown;
  priceMinor: bigint;
  pictures: unknown;
  availability: string | null;
  deliveryDays: number | null;
  contentText: string | null;
  contentFileIds: string[];
}

interface KeptVariant {
  id: string;
  values: string[];
  priceMinor: string;
}

function variantOf({ variants }: Version, variantId: string): KeptVariant | undefined {
  return (variants as KeptVariant[]).find(({ id }) => id === variantId);
}

function thingOf(version: Version, variantId: string | null): string {
  const { kind, contentText, contentFileIds } = version;
  const values = variantId === null ? [] : (variantOf(version, variantId)?.values ?? null);
  return canonical({ kind, contentText, contentFileIds, values });
}

/** What one costs without any offer; null where the variant is not offered. */
function askedOf(version: Version, variantId: string | null): bigint | null {
  if (variantId === null) return version.priceMinor;
  const priceMinor = variantOf(version, variantId)?.priceMinor;
  return priceMinor === undefined ? null : BigInt(priceMinor);
}

function changesOf(then: Version, now: Version): OfferChange[] {
  const parts: Readonly<Record<Exclude<OfferChange, 'price'>, (version: Version) => unknown>> = {
    title: ({ title }) => title,
    description: ({ description }) => description,
    pictures: ({ pictures }) => pictures,
    delivery: ({ availability, deliveryDays }) => ({ availability, deliveryDays }),
    facts: ({ categorySlug, tags, attributes }) => ({ categorySlug, tags, attributes }),
  };
  const names = ['title', 'description', 'pictures', 'delivery', 'facts'] as const;
  return names.filter((name) => canonical(parts[name](then)) !== canonical(parts[name](now)));
}
