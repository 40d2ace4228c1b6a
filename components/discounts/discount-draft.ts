import { bpsOf, unitsOf } from '#components/sell/draft-figures.ts';
import { makeCouponInput, planSaleInput } from '#server/market/discounts/discount-schema.ts';
import type { MakeCouponInput, PlanSaleInput } from '#server/market/discounts/discount-schema.ts';
import { parseTypedAmount } from '#server/money/money.ts';

/** Sales and coupons as they are being typed: text everywhere, so that nothing typed is lost. */

export interface WindowDraft {
  /** Of the browser's own clock, as its field writes it; empty: at once. */
  startsAt: string;
  endsAt: string;
}

export interface SaleDraft extends WindowDraft {
  percent: string;
  coversAll: boolean;
  listingIds: readonly string[];
}

export interface CouponDraft extends WindowDraft {
  code: string;
  kind: 'percent' | 'amount';
  percent: string;
  amount: string;
  minimum: string;
  usesMax: string;
  citizenUsesMax: string;
}

export const emptySale: SaleDraft = { percent: '', coversAll: true, listingIds: [], startsAt: '', endsAt: '' };

export const emptyCoupon: CouponDraft = {
  ...{ code: '', kind: 'percent', percent: '', amount: '', minimum: '' },
  ...{ usesMax: '', citizenUsesMax: '1', startsAt: '', endsAt: '' },
};

/** What a form knows beside what is typed. */
export interface FormStart {
  /** When it was opened: what begins at once begins then. */
  readonly openedAt: Date;
  readonly key: string;
}

/** Fields in the order in which they stand. */
export const saleFields = ['percent', 'listings', 'startsAt', 'endsAt'] as const;
export const couponFields = [
  ...(['code', 'percent', 'amount', 'minimum', 'startsAt', 'endsAt', 'usesMax', 'citizenUsesMax'] as const),
] as const;
export type SaleField = (typeof saleFields)[number];
export type CouponField = (typeof couponFields)[number];

export type Read<Input, Field extends string> = { input: Input; wrong: [] } | { input: null; wrong: Field[] };

function momentOf(text: string): Date | undefined {
  const moment = new Date(text);
  return Number.isNaN(moment.getTime()) ? undefined : moment;
}

function windowOf({ startsAt, endsAt }: WindowDraft, { openedAt }: FormStart) {
  return { startsAt: startsAt === '' ? openedAt : momentOf(startsAt), endsAt: momentOf(endsAt) };
}

/** Reads a sale with the schema that the server checks it with. */
export function readSale(draft: SaleDraft, start: FormStart): Read<PlanSaleInput, SaleField> {
  const read = planSaleInput.safeParse({
    percentBps: bpsOf(draft.percent),
    listingIds: draft.coversAll ? null : draft.listingIds,
    ...windowOf(draft, start),
    key: start.key,
  });
  if (read.success) return { input: read.data, wrong: [] };
  const names = { percentBps: 'percent', listingIds: 'listings', startsAt: 'startsAt', endsAt: 'endsAt' } as const;
  const paths = new Set(read.error.issues.map(({ path }) => String(path[0])));
  return { input: null, wrong: Object.entries(names).flatMap(([path, field]) => (paths.has(path) ? [field] : [])) };
}

/** Reads a coupon with the schema that the server checks it with. */
export function readCoupon(draft: CouponDraft, start: FormStart): Read<MakeCouponInput, CouponField> {
  const isPercent = draft.kind === 'percent';
  const read = makeCouponInput.safeParse({
    code: draft.code,
    percentBps: isPercent ? bpsOf(draft.percent) : null,
    amountMinor: isPercent ? null : (parseTypedAmount(draft.amount) ?? undefined),
    minimumMinor: draft.minimum.trim() === '' ? 0n : (parseTypedAmount(draft.minimum) ?? undefined),
    usesMax: usesOf(draft.usesMax),
    citizenUsesMax: usesOf(draft.citizenUsesMax),
    ...windowOf(draft, start),
    key: start.key,
  });
  if (read.success) return { input: read.data, wrong: [] };
  const names = { percentBps: 'percent', amountMinor: 'amount', minimumMinor: 'minimum' } as const;
  const paths = new Set(
    read.error.issues.map(({ path: [path] }) => Object.entries(names).find(([name]) => name === path)?.[1] ?? path),
  );
  return { input: null, wrong: couponFields.filter((field) => paths.has(field)) };
}

function usesOf(text: string): number | null | undefined {
  return text.trim() === '' ? null : unitsOf(text);
}
