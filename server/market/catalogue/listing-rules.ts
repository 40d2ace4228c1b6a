import type { CategoryAttributeView, AttributeValue } from '#server/market/catalogue/details-schema.ts';
import type { ListingTerms, VariantTerms } from '#server/market/catalogue/catalogue-schema.ts';
import type { LockedListing, LockedVariant } from '#server/market/catalogue/listing-locks.ts';
import { ducat, type DucatMinor } from '#server/money/money.ts';
import { DomainError, refuse } from '#server/platform/errors.ts';

/** Most variants that a listing keeps, those no longer offered included: orders name them. */
export const variantsKeptMax = 500;

/** What is bought by a choice, with the price of one and how many there are. */
export interface PricedChoice {
  /** Centesimi for one. */
  priceMinor: DucatMinor;
  /** Null: unlimited. */
  stock: number | null;
  /** Values of the variant in the order of the listing's options; empty where there is nothing to choose. */
  values: readonly string[];
}

/**
 * What one of a listing costs and how many there are, of the variant where there are variants.
 * Refuses: `variant_required` (a choice has to be made), `variant_unavailable` (there is none such, or no longer).
 */
export function choiceOf(
  listing: Pick<LockedListing, 'priceMinor' | 'stock' | 'variants'>,
  variantId: string | null,
): PricedChoice {
  if (variantId === null) {
    if (listing.variants.some(({ isOffered }) => isOffered))
      throw refuse('conflict', 'variant_required', 'Choose one of the variants first.');
    return { priceMinor: ducat(listing.priceMinor), stock: listing.stock, values: [] };
  }
  const variant = listing.variants.find(({ id }) => id === variantId);
  if (variant?.isOffered !== true)
    throw refuse('conflict', 'variant_unavailable', 'This variant is no longer offered. Choose another.');
  return { priceMinor: ducat(variant.priceMinor), stock: variant.stock, values: variant.values };
}

/** The price of one, of the variant where there are variants. Refuses as `choiceOf`. */
export function priceOf(
  listing: Pick<LockedListing, 'priceMinor' | 'stock' | 'variants'>,
  variantId: string | null,
): DucatMinor {
  return choiceOf(listing, variantId).priceMinor;
}

export interface PlannedVariant {
  /** Null: to be made. */
  id: string | null;
  position: number;
  values: readonly string[];
  priceMinor: bigint;
  stock: number | null;
}

export interface VariantPlan {
  offered: PlannedVariant[];
  /** Offered until now. */
  droppedIds: string[];
  isStockEdited: boolean;
}

/**
 * How a listing's variants become those of the form. What has the same values stays the same variant, also when it was
 * offered once before. Refuses: `stock_changed` (sold meanwhile), `too_many_variants`.
 */
export function planVariants(current: readonly LockedVariant[], wanted: readonly VariantTerms[]): VariantPlan {
  const known = new Map(current.map((variant) => [JSON.stringify(variant.values), variant]));
  let isStockEdited = false;
  const offered = wanted.map((terms, position): PlannedVariant => {
    const variant = known.get(JSON.stringify(terms.values));
    const isEdited = variant === undefined || isVariantStockEdited(variant, terms);
    isStockEdited ||= isEdited;
    const stock = isEdited ? terms.stock : variant.stock;
    return { id: variant?.id ?? null, position, values: terms.values, priceMinor: terms.priceMinor, stock };
  });
  const kept = new Set(offered.map(({ id }) => id));
  const added = offered.filter(({ id }) => id === null).length;
  if (current.length + added > variantsKeptMax)
    throw refuse('conflict', 'too_many_variants', 'This listing has had too many variants. Make a new listing.');
  const droppedIds = current.filter(({ id, isOffered }) => isOffered && !kept.has(id)).map(({ id }) => id);
  return { offered, droppedIds, isStockEdited };
}

function isVariantStockEdited(variant: LockedVariant, terms: VariantTerms): boolean {
  if (!variant.isOffered) return true;
  if (terms.stock === terms.stockSeen) return false;
  if (variant.stock === terms.stock) return false;
  if (variant.stock !== terms.stockSeen) throw stockChanged();
  return true;
}

export function stockChanged(): Error {
  return refuse('conflict', 'stock_changed', 'Some were sold while you were editing. Look at the stock again.');
}

/** What a listing asks and has of all its variants together; of itself where it has none. */
export function totalsOf(
  terms: Pick<ListingTerms, 'priceMinor' | 'stock'>,
  variants: readonly Pick<PlannedVariant, 'priceMinor' | 'stock'>[],
): { priceMinor: bigint; stock: number | null } {
  const [first, ...rest] = variants;
  if (first === undefined) return { priceMinor: terms.priceMinor, stock: terms.stock };
  const priceMinor = rest.reduce(
    (least, each) => (each.priceMinor < least ? each.priceMinor : least),
    first.priceMinor,
  );
  const stock = variants.reduce<number | null>(
    (sum, each) => (sum === null || each.stock === null ? null : sum + each.stock),
    0,
  );
  return { priceMinor, stock };
}

/**
 * Checks the values of a listing's attributes against what its category asks.
 * Refuses: `unknown_attribute`, `invalid_attribute`, both naming the key.
 */
export function checkAttributes(
  asked: readonly CategoryAttributeView[],
  given: Readonly<Record<string, AttributeValue>>,
): void {
  for (const [key, value] of Object.entries(given)) {
    const attribute = asked.find((each) => each.key === key);
    if (attribute === undefined) throw attributeRefusal('unknown_attribute', 'This trade has no such attribute.', key);
    if (!fits(attribute, value)) throw attributeRefusal('invalid_attribute', 'An attribute has a wrong value.', key);
  }
}

function fits({ kind, choices }: CategoryAttributeView, value: AttributeValue): boolean {
  switch (kind) {
    case 'number':
      return typeof value === 'number';
    case 'text':
      return typeof value === 'string';
    case 'choice':
      return choices.some((choice) => choice.value === value);
  }
}

function attributeRefusal(code: string, message: string, key: string): Error {
  return new DomainError({ kind: 'invalid', code, message, details: { key } });
}

/** The same text for the same content, whatever the order of its keys. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return `${part.toString()}n`;
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([left], [right]) => (left < right ? -1 : 1)));
  });
}
