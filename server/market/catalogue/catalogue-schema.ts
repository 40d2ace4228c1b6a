import type { RatingView } from '#server/market/reviews/review-schema.ts';
import { attemptKey, line, paragraphs, versionSeen, type PartyView } from '#server/market/schema.ts';
import {
  attributes,
  availabilityLength,
  categorySlug,
  deliveryDaysMax,
  listingContent,
  pictures,
  tags,
  type AttributeValue,
  type ListingPicture,
} from '#server/market/catalogue/details-schema.ts';
import type { RunningSale } from '#server/market/discounts/price-schema.ts';
import { quantitySteps, type QuantityStep } from '#server/market/discounts/step-schema.ts';
import { categorySlugs, type CategorySlug } from '#server/market/catalogue/trade-schema.ts';
import type { DucatMinor } from '#server/money/money.ts';
import { z } from '#server/platform/zod.ts';

/** Inputs and views of listings, shared by forms, procedures and pages. */

export { categorySlugs, type CategorySlug };

export const listingKinds = ['goods', 'service', 'digital'] as const;
export type ListingKind = (typeof listingKinds)[number];

/** A draft is on its way to the market, a paused listing may come back to it, an archived one stays for its orders. */
export const listingStates = ['draft', 'published', 'paused', 'archived'] as const;

export type ListingState = (typeof listingStates)[number];

export const listingTitleLength = { min: 3, max: 120 } as const;

export const listingDescriptionLength = { min: 10, max: 4000 } as const;

export const sellerKeyLength = { min: 1, max: 64 } as const;

/** A seller's own word for a listing, which nobody else sees; in a file, the column `sku`. */
export const sellerKey = line(sellerKeyLength);

export const priceMinorMax = 100_000_000n;

export const stockMax = 1_000_000;

/** The trade at the top of a category's branch; slugs begin with it. */
export function topCategory(slug: string): CategorySlug {
  const top = slug.split('-', 1)[0];
  return categorySlugs.find((known) => known === top) ?? categorySlugs[0];
}

export const optionsMax = 3;
export const optionValuesMax = 30;
export const variantsMax = 100;
export const optionNameLength = { min: 1, max: 30 } as const;
export const optionValueLength = { min: 1, max: 40 } as const;

/** Centesimi for one unit. */
const price = z.bigint().min(1n).max(priceMinorMax);

/** Units on sale; null for unlimited. */
const stock = z.number().int().min(0).max(stockMax).nullable();

export const listingOption = z.object({
  name: line(optionNameLength),
  values: z.array(line(optionValueLength)).min(1).max(optionValuesMax),
});
export type ListingOption = z.output<typeof listingOption>;

export const variantTerms = z.object({
  /** One for each option, in their order. */
  values: z.array(line(optionValueLength)).min(1).max(optionsMax),
  priceMinor: price,
  stock,
  /** The stock the form was filled from: sales since then are not overwritten. */
  stockSeen: stock.optional(),
});
export type VariantTerms = z.output<typeof variantTerms>;

const termsShape = z.object({
  title: line(listingTitleLength),
  description: paragraphs(listingDescriptionLength),
  kind: z.enum(listingKinds).default('goods'),
  category: categorySlug,
  tags: tags.default([]),
  attributes: attributes.default({}),
  /** Where there are variants, they decide about price and stock, and these two are taken from them. */
  priceMinor: price,
  stock,
  options: z.array(listingOption).max(optionsMax).default([]),
  variants: z.array(variantTerms).max(variantsMax).default([]),
  pictures: pictures.default([]),
  /** Of a service: when it is to be had, and how many days it takes. */
  availability: line(availabilityLength).nullable().default(null),
  deliveryDays: z.number().int().min(0).max(deliveryDaysMax).nullable().default(null),
  /** From how many on one costs how much less. */
  quantitySteps: quantitySteps.default([]),
  /** Of something digital. Left out, a change of the listing leaves it as it is. */
  content: listingContent.nullable().optional(),
  /** Whether its orders accept themselves; null: as the seller has it. Left out, a change leaves it as it is. */
  acceptsItself: z.boolean().nullable().optional(),
  /** Whether one may offer another price. Left out, a new listing takes offers and a changed one stays as it is. */
  takesOffers: z.boolean().optional(),
  /** The seller's own key; null for none. Left out, a change leaves it as it is. */
  sellerKey: sellerKey.nullable().optional(),
});

type TermsShape = z.output<typeof termsShape>;

/** What no field can say for itself. */
function checkTogether(terms: TermsShape, context: z.RefinementCtx<TermsShape>): void {
  const wrong = (path: keyof TermsShape, message: string) => {
    context.addIssue({ code: 'custom', path: [path], message });
  };
  if (terms.kind !== 'service' && terms.availability !== null) wrong('availability', 'service_only');
  if (terms.kind !== 'service' && terms.deliveryDays !== null) wrong('deliveryDays', 'service_only');
  if (terms.kind === 'digital' && terms.stock !== null) wrong('stock', 'digital_unlimited');
  if (terms.kind === 'digital' && terms.options.length > 0) wrong('options', 'digital_without_options');
  if (terms.kind !== 'digital' && (terms.content ?? null) !== null) wrong('content', 'digital_only');
  const choices = choicesProblem(terms);
  if (choices !== null) wrong(choices.path, choices.message);
}

function choicesProblem({ options, variants }: TermsShape): { path: 'options' | 'variants'; message: string } | null {
  const names = options.map(({ name }) => name.toLowerCase());
  if (hasTwice(names) || options.some(({ values }) => hasTwice(values))) return { path: 'options', message: 'twice' };
  if ((options.length === 0) !== (variants.length === 0)) return { path: 'variants', message: 'options_and_variants' };
  const isOfOptions = ({ values }: VariantTerms) =>
    values.length === options.length && values.every((value, index) => options[index]?.values.includes(value));
  if (!variants.every(isOfOptions)) return { path: 'variants', message: 'unknown_value' };
  if (hasTwice(variants.map(({ values }) => JSON.stringify(values)))) return { path: 'variants', message: 'twice' };
  const units = variants.reduce((sum, variant) => sum + (variant.stock ?? 0), 0);
  return units > stockMax ? { path: 'variants', message: 'too_much_stock' } : null;
}

function hasTwice(words: readonly string[]): boolean {
  return new Set(words).size < words.length;
}

export const listingTerms = termsShape.superRefine(checkTogether);

export type ListingTerms = z.output<typeof listingTerms>;

const publishShape = termsShape.extend({
  key: attemptKey,
  /** Kept whole but unseen until it is put on sale. */
  isDraft: z.boolean().default(false),
});

export const publishListingInput = publishShape.superRefine(checkTogether);

export type PublishListingInput = z.output<typeof publishListingInput>;

const updateShape = termsShape.extend({
  listingId: z.uuid(),
  /** The version the form was filled from. */
  version: versionSeen,
  /** The stock the form was filled from: sales since then are not overwritten. */
  stockSeen: stock,
});

export const updateListingInput = updateShape.superRefine(checkTogether);

export type UpdateListingInput = z.output<typeof updateListingInput>;

export const listingIdInput = z.object({ listingId: z.uuid() });

export interface ListingCard {
  id: string;
  title: string;
  /** The top of its category's branch. */
  category: CategorySlug;
  kind: ListingKind;
  /** The first picture; null where the drawn cover stands for it. */
  picture: ListingPicture | null;
  /** Whether a variant has to be chosen: then the price is the lowest, and the stock that of all together. */
  hasVariants: boolean;
  priceMinor: DucatMinor;
  stock: number | null;
  state: ListingState;
  version: number;
  /** What its buyers think. */
  rating: RatingView;
  createdAt: Date;
  seller: PartyView;
  /** The sale that it is in at this moment; null where there is none, or where it does not matter. */
  sale: RunningSale | null;
}

/** A listing as its seller has it in the list of all theirs. */
export interface OwnListingCard extends ListingCard {
  sellerKey: string | null;
}

/** One choice that can be bought. */
export interface VariantView {
  id: string;
  values: string[];
  priceMinor: DucatMinor;
  stock: number | null;
}

export interface ListingView extends ListingCard {
  description: string;
  /** Its own category; the names of all above it are in the tree. */
  categorySlug: string;
  tags: string[];
  attributes: Record<string, AttributeValue>;
  options: ListingOption[];
  /** Those on offer, in the seller's order. */
  variants: VariantView[];
  pictures: ListingPicture[];
  availability: string | null;
  deliveryDays: number | null;
  /** Rising. */
  quantitySteps: QuantityStep[];
  /** Whether its orders accept themselves; null for as the seller has it, and for everybody but the seller. */
  acceptsItself: boolean | null;
  /** Whether one may offer another price. */
  takesOffers: boolean;
  /** The seller's own key; null where there is none, and for everybody but the seller. */
  sellerKey: string | null;
  updatedAt: Date;
}

export interface CategoryCount {
  slug: CategorySlug;
  nameEn: string;
  nameIt: string;
  /** Listings on sale. */
  listings: number;
}

/** How stored words are read back; a row that says anything else is a defect. */
export const storedListingWords = {
  category: z.string().transform(topCategory),
  kind: z.enum(listingKinds),
  state: z.enum(listingStates),
  attributes: z.record(z.string(), z.union([z.string(), z.number()])),
  options: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  pictures: z.array(z.object({ id: z.string(), alt: z.string() })),
  quantitySteps: z.array(z.object({ fromQuantity: z.number(), percentBps: z.number() })),
} as const;
