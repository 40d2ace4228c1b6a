import { parseAmount } from '#server/money/money.ts';
import { listingTerms } from '#server/market/catalogue/catalogue-schema.ts';
import type { ListingTerms } from '#server/market/catalogue/catalogue-schema.ts';

/** A listing as it is being typed: text everywhere, so that nothing typed is lost. */
export interface ListingDraft {
  title: string;
  description: string;
  /** A category's slug, or empty while none is chosen. */
  category: string;
  /** Ducats with at most two decimals, as typed. */
  price: string;
  /** Units as typed; kept while `isUnlimited` hides it. */
  stock: string;
  isUnlimited: boolean;
}

export const draftFields = ['title', 'description', 'category', 'price', 'stock'] as const;
export type DraftField = (typeof draftFields)[number];

export type DraftProblem =
  'required' | 'too_short' | 'too_long' | 'control_characters' | 'category' | 'price' | 'stock';

export type ReadDraft =
  | { terms: ListingTerms; problems: Record<string, never> }
  | { terms: null; problems: Partial<Record<DraftField, DraftProblem>> };

/** The price that was typed, in centesimi; null while it is no amount. "12,50" can only mean what "12.50" does. */
export function priceMinorOf(draft: ListingDraft): bigint | null {
  return parseAmount(draft.price.trim().replace(/^(\d+),(\d{1,2})$/u, '$1.$2'));
}

/** The stock that was typed: null for unlimited, undefined while it is no number. */
export function stockOf(draft: ListingDraft): number | null | undefined {
  if (draft.isUnlimited) return null;
  return /^\d{1,9}$/u.test(draft.stock.trim()) ? Number.parseInt(draft.stock.trim(), 10) : undefined;
}

/** Reads a draft with the schema that the server checks it with: terms to send, or what is wrong with each field. */
export function readDraft(draft: ListingDraft): ReadDraft {
  const checked = listingTerms.safeParse({
    title: draft.title,
    description: draft.description,
    category: draft.category,
    priceMinor: priceMinorOf(draft),
    stock: stockOf(draft),
  });
  if (checked.success) return { terms: checked.data, problems: {} };
  const problems: Partial<Record<DraftField, DraftProblem>> = {};
  for (const issue of checked.error.issues) {
    const field = fieldOf(issue.path[0]);
    if (field !== undefined) problems[field] ??= problemOf(field, { code: issue.code, typed: draft[field] });
  }
  return { terms: null, problems };
}

function fieldOf(name: PropertyKey | undefined): DraftField | undefined {
  return name === 'priceMinor' ? 'price' : draftFields.find((field) => field === name);
}

function problemOf(field: DraftField, issue: { code: string; typed: string }): DraftProblem {
  if (field === 'category') return field;
  if (issue.typed.trim() === '') return 'required';
  if (field === 'price' || field === 'stock') return field;
  if (issue.code === 'too_small') return 'too_short';
  return issue.code === 'too_big' ? 'too_long' : 'control_characters';
}
