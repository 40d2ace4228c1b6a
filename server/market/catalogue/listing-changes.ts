import type { UpdateListingInput } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingContent } from '#server/market/catalogue/details-schema.ts';
import type { LockedListing } from '#server/market/catalogue/listing-locks.ts';
import { planVariants, stockChanged, totalsOf, type VariantPlan } from '#server/market/catalogue/listing-rules.ts';
import { checkContent, rowOf } from '#server/market/catalogue/listing-terms.ts';
import { saysOther, type KeptVersion } from '#server/market/catalogue/listing-versions.ts';

/** What a listing becomes by an edit. */
export interface ListingChange {
  row: ReturnType<typeof rowOf>;
  plan: VariantPlan;
  content: ListingContent | null;
  /** What a buyer sees or receives: such a change makes a new version. */
  areTermsEdited: boolean;
  isStockEdited: boolean;
  /** Whether its orders accept themselves; no term, so that a change of it makes no other version. */
  acceptsItself: boolean | null;
  /** Whether it takes offers; no term either. */
  takesOffers: boolean;
  /** Whether one of the two changes. */
  isSwitched: boolean;
}

/**
 * What becomes of a listing that says what `wanted` says, where its version was `kept` as it stands. A content that is
 * left out stays as it is. Refuses: `stock_changed`, `too_many_variants`, `content_missing`.
 */
export function changeOf(
  current: LockedListing,
  { wanted, kept }: { wanted: UpdateListingInput; kept: KeptVersion },
): ListingChange {
  const { listingId: _id, version: _version, stockSeen: _stockSeen, ...terms } = wanted;
  const { plan, stock, isStockEdited } = planStock(current, wanted);
  const content = contentAfter(terms, kept);
  if (current.state === 'published') checkContent(terms.kind, content);
  const row = rowOf(terms, totalsOf({ priceMinor: terms.priceMinor, stock }, plan.offered));
  const { stock: _stock, ...said } = row;
  const next = {
    ...said,
    variants: plan.offered.map(({ values, priceMinor }) => ({ values, priceMinor })),
    contentText: content?.text ?? null,
    contentFileIds: content?.fileIds ?? [],
  };
  const { acceptsItself = current.acceptsItself, takesOffers = current.takesOffers } = wanted;
  const isSwitched = acceptsItself !== current.acceptsItself || takesOffers !== current.takesOffers;
  const switches = { acceptsItself, takesOffers, isSwitched };
  return { row, plan, content, areTermsEdited: saysOther(kept, next), isStockEdited, ...switches };
}

/** What is left of the stock after the edit. Refuses: `stock_changed`, `too_many_variants`. */
function planStock(
  current: LockedListing,
  wanted: UpdateListingInput,
): { plan: VariantPlan; stock: number | null; isStockEdited: boolean } {
  const plan = planVariants(current.variants, wanted.variants);
  const hadVariants = current.variants.some(({ isOffered }) => isOffered);
  const isOneOrOther = hadVariants !== wanted.variants.length > 0;
  const isEdited = isOneOrOther || (!hadVariants && wanted.stock !== wanted.stockSeen);
  if (isEdited && current.stock !== wanted.stockSeen && current.stock !== wanted.stock) throw stockChanged();
  const isStockEdited = isEdited || plan.isStockEdited;
  return { plan, stock: isEdited ? wanted.stock : current.stock, isStockEdited };
}

/** What buyers will receive: as the form says, or as it was where the form says nothing. */
function contentAfter(
  terms: Pick<UpdateListingInput, 'kind' | 'content'>,
  { contentText, contentFileIds }: KeptVersion,
): ListingContent | null {
  if (terms.kind !== 'digital') return null;
  if (terms.content !== undefined) return terms.content;
  const isThere = contentText !== null || contentFileIds.length > 0;
  return isThere ? { text: contentText, fileIds: [...contentFileIds] } : null;
}
