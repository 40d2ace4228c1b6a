import { unitsOf } from '#components/sell/draft-figures.ts';
import { offerNoteLength } from '#server/market/offers/offer-schema.ts';
import { line } from '#server/market/schema.ts';
import { parseTypedAmount } from '#server/money/money.ts';

/** What somebody has written so far: for how much each, how many, with which words. */
export interface OfferTexts {
  price: string;
  quantity: string;
  note: string;
}

export interface NamedTerms {
  unitPriceMinor: bigint;
  quantity: number;
  note: string | null;
}

const note = line(offerNoteLength);

/** The price that was typed, where it is one and not above what is asked; otherwise null. */
export function namedPrice(text: string, askedMinor: bigint): bigint | null {
  const amountMinor = parseTypedAmount(text);
  return amountMinor !== null && amountMinor >= 1n && amountMinor <= askedMinor ? amountMinor : null;
}

/** The number that was typed, where it is from one to `most`; otherwise null. */
export function namedQuantity(text: string, most: number): number | null {
  const units = unitsOf(text);
  return units !== undefined && units >= 1 && units <= most ? units : null;
}

/** The note as it is sent: null for none, undefined while it cannot be sent. */
export function namedNote(text: string): string | null | undefined {
  if (text.trim() === '') return null;
  const read = note.safeParse(text);
  return read.success ? read.data : undefined;
}

/** What the texts say together; null while one of them says nothing that could be offered. */
export function termsOf(texts: OfferTexts, limits: { askedMinor: bigint; most: number }): NamedTerms | null {
  const unitPriceMinor = namedPrice(texts.price, limits.askedMinor);
  const quantity = namedQuantity(texts.quantity, limits.most);
  const said = namedNote(texts.note);
  if (unitPriceMinor === null || quantity === null || said === undefined) return null;
  return { unitPriceMinor, quantity, note: said };
}
