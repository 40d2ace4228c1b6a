import { bpsOf, measureOf, unitsOf } from '#components/sell/draft-figures.ts';
import { choicesOf, hasTooMany, optionsOf, variantsOf, type ChoicesDraft } from '#components/sell/variant-draft.ts';
import { listingTerms } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingKind, ListingTerms, ListingView } from '#server/market/catalogue/catalogue-schema.ts';
import type {
  AttributeValue,
  CategoryAttributeView,
  ContentFileView,
  ContentView,
  ListingPicture,
} from '#server/market/catalogue/details-schema.ts';
import { parseTypedAmount, toDecimal } from '#server/money/money.ts';

/** A listing as it is being typed: text everywhere, so that nothing typed is lost. */
export interface ListingDraft extends ChoicesDraft {
  kind: ListingKind;
  title: string;
  description: string;
  /** A category's slug, or empty while none is chosen. */
  category: string;
  /** Separated by commas. */
  tags: string;
  /** What was typed for each attribute, those of other categories included. */
  attributes: Readonly<Record<string, string>>;
  /** Ducats with at most two decimals, as typed. */
  price: string;
  /** Units as typed; kept while `isUnlimited` hides it. */
  stock: string;
  isUnlimited: boolean;
  steps: readonly StepDraft[];
  pictures: readonly ListingPicture[];
  availability: string;
  deliveryDays: string;
  contentText: string;
  contentFiles: readonly ContentFileView[];
  /** Null: as the seller has it. */
  acceptsItself: boolean | null;
  takesOffers: boolean;
  /** The seller's own key; empty for none. */
  sellerKey: string;
}

/** A step of the quantity discounts, as typed. */
export interface StepDraft {
  from: string;
  percent: string;
}

export const draftFields = [
  ...(['kind', 'title', 'description', 'category', 'tags', 'attributes', 'price', 'stock'] as const),
  ...(['steps', 'options', 'pictures', 'availability', 'deliveryDays', 'content', 'sellerKey'] as const),
] as const;
export type DraftField = (typeof draftFields)[number];

export type DraftProblem =
  | 'required'
  | 'too_short'
  | 'too_long'
  | 'control_characters'
  | 'category'
  | 'price'
  | 'stock'
  | 'tags'
  | 'attributes'
  | 'steps'
  | 'options'
  | 'too_many_variants'
  | 'variants'
  | 'delivery_days';

export type DraftProblems = Partial<Record<DraftField, DraftProblem>>;

export type ReadDraft =
  { terms: ListingTerms; problems: Record<string, never> } | { terms: null; problems: DraftProblems };

/** The price that was typed, in centesimi; null while it is no amount. */
export function priceMinorOf(draft: Pick<ListingDraft, 'price'>): bigint | null {
  return parseTypedAmount(draft.price);
}

/** The lowest price that buyers will see, as far as it is typed. */
export function lowestPriceOf(draft: ListingDraft): bigint | null {
  const isPlain = draft.kind === 'digital' || optionsOf(draft.options).length === 0;
  const prices = isPlain ? [] : (variantsOf(draft) ?? []).map(({ priceMinor }) => priceMinor);
  const lowest = prices.reduce<bigint | null>((least, each) => (least === null || each < least ? each : least), null);
  return lowest ?? priceMinorOf(draft);
}

/** The stock that was typed: null for unlimited, undefined while it is no number. */
export function stockOf(draft: Pick<ListingDraft, 'stock' | 'isUnlimited' | 'kind'>): number | null | undefined {
  return draft.isUnlimited || draft.kind === 'digital' ? null : unitsOf(draft.stock);
}

/** Reads a draft with the schema that the server checks it with: terms to send, or what is wrong with each field. */
export function readDraft(draft: ListingDraft, asked: readonly CategoryAttributeView[]): ReadDraft {
  const isDigital = draft.kind === 'digital';
  const options = isDigital ? [] : optionsOf(draft.options);
  const variants = options.length === 0 ? [] : variantsOf(draft);
  const checked = listingTerms.safeParse({
    title: draft.title,
    description: draft.description,
    kind: draft.kind,
    category: draft.category,
    tags: draft.tags.split(',').filter((tag) => tag.trim() !== ''),
    attributes: attributesOf(draft, asked),
    priceMinor: lowestPriceOf(draft),
    stock: options.length === 0 ? stockOf(draft) : 0,
    options,
    variants,
    pictures: draft.pictures,
    quantitySteps: stepsOf(draft),
    ...serviceOf(draft),
    content: contentOf(draft),
    acceptsItself: isDigital ? null : draft.acceptsItself,
    takesOffers: draft.takesOffers,
    sellerKey: draft.sellerKey.trim() === '' ? null : draft.sellerKey,
  });
  const early = earlyProblems(draft, { hasOptions: options.length > 0, asked });
  if (checked.success && Object.keys(early).length === 0) return { terms: checked.data, problems: {} };
  const problems: DraftProblems = { ...early };
  for (const issue of checked.error?.issues ?? []) {
    const field = fieldOf(issue.path[0]);
    if (field !== undefined) problems[field] ??= problemOf(field, { code: issue.code, typed: typedOf(draft, field) });
  }
  return { terms: null, problems };
}

/** What only the form can see: too many combinations to list, and a measure that is no number. */
function earlyProblems(
  draft: ListingDraft,
  { hasOptions, asked }: { hasOptions: boolean; asked: readonly CategoryAttributeView[] },
): DraftProblems {
  const isNoNumber = ({ key, kind }: CategoryAttributeView) => {
    const typed = draft.attributes[key] ?? '';
    return kind === 'number' && typed.trim() !== '' && measureOf(typed) === undefined;
  };
  return {
    ...(hasOptions && hasTooMany(draft.options) ? { options: 'too_many_variants' } : {}),
    ...(asked.some(isNoNumber) ? { attributes: 'attributes' } : {}),
  };
}

function attributesOf(
  { attributes }: ListingDraft,
  asked: readonly CategoryAttributeView[],
): Record<string, AttributeValue> {
  const values = asked.flatMap(({ key, kind }): [string, AttributeValue][] => {
    const typed = (attributes[key] ?? '').trim();
    const value = kind === 'number' ? measureOf(typed) : typed;
    return value === undefined || value === '' ? [] : [[key, value]];
  });
  return Object.fromEntries(values);
}

function serviceOf({ kind, availability, deliveryDays }: ListingDraft) {
  if (kind !== 'service') return { availability: null, deliveryDays: null };
  return {
    availability: availability.trim() === '' ? null : availability,
    deliveryDays: deliveryDays.trim() === '' ? null : (unitsOf(deliveryDays) ?? -1),
  };
}

/** Steps as the server takes them; an empty one counts as left out, and what is no figure as one that is refused. */
function stepsOf({ steps }: ListingDraft) {
  return steps
    .filter(({ from, percent }) => from.trim() !== '' || percent.trim() !== '')
    .map(({ from, percent }) => ({ fromQuantity: unitsOf(from) ?? 0, percentBps: bpsOf(percent) ?? 0 }));
}

function contentOf({ kind, contentText, contentFiles }: ListingDraft) {
  if (kind !== 'digital') return null;
  const text = contentText.trim() === '' ? null : contentText;
  return text === null && contentFiles.length === 0 ? null : { text, fileIds: contentFiles.map(({ id }) => id) };
}

function fieldOf(name: PropertyKey | undefined): DraftField | undefined {
  if (name === 'priceMinor') return 'price';
  if (name === 'quantitySteps') return 'steps';
  return name === 'variants' ? 'options' : draftFields.find((field) => field === name);
}

/** The text of a field that has one. */
function typedOf(draft: ListingDraft, field: DraftField): string {
  if (field === 'content') return draft.contentText;
  const typed =
    field === 'options' || field === 'steps' || field === 'pictures' || field === 'attributes' ? '-' : draft[field];
  return typed;
}

function problemOf(field: DraftField, issue: { code: string; typed: string }): DraftProblem {
  switch (field) {
    case 'category':
    case 'tags':
    case 'attributes':
    case 'steps':
      return field;
    case 'options':
      return issue.code === 'invalid_type' ? 'variants' : 'options';
    case 'deliveryDays':
      return 'delivery_days';
    default:
      if (issue.typed.trim() === '') return 'required';
      if (field === 'price' || field === 'stock') return field;
      if (issue.code === 'too_small') return 'too_short';
      return issue.code === 'too_big' ? 'too_long' : 'control_characters';
  }
}

export const emptyDraft: ListingDraft = {
  kind: 'goods',
  title: '',
  description: '',
  category: '',
  tags: '',
  attributes: {},
  price: '',
  stock: '1',
  isUnlimited: false,
  options: [],
  variants: {},
  steps: [],
  pictures: [],
  availability: '',
  deliveryDays: '',
  contentText: '',
  contentFiles: [],
  acceptsItself: null,
  takesOffers: true,
  sellerKey: '',
};

/** A listing as the form begins with it; `content` for something digital. */
export function draftOf(listing: ListingView, content: Pick<ContentView, 'text' | 'files'> | null): ListingDraft {
  return {
    kind: listing.kind,
    title: listing.title,
    description: listing.description,
    category: listing.categorySlug,
    tags: listing.tags.join(', '),
    attributes: Object.fromEntries(Object.entries(listing.attributes).map(([key, value]) => [key, String(value)])),
    price: toDecimal(listing.priceMinor),
    stock: listing.stock === null ? '' : String(listing.stock),
    isUnlimited: listing.stock === null,
    ...choicesOf(listing),
    steps: listing.quantitySteps.map(({ fromQuantity, percentBps }) => ({
      from: String(fromQuantity),
      percent: toDecimal(BigInt(percentBps)).replace(/\.?0+$/u, ''),
    })),
    pictures: listing.pictures,
    availability: listing.availability ?? '',
    deliveryDays: listing.deliveryDays === null ? '' : String(listing.deliveryDays),
    contentText: content?.text ?? '',
    contentFiles: content?.files ?? [],
    acceptsItself: listing.acceptsItself,
    takesOffers: listing.takesOffers,
    sellerKey: listing.sellerKey ?? '',
  };
}
