import { dayOf, daysBetween } from '#server/platform/calendar-day.ts';
import type { CalendarDay } from '#server/platform/calendar-day.ts';
import type { TransferKind } from '#server/ledger/kinds.ts';

/** The kinds of movements a wallet can have, in the groups that citizens think in. */
export const kindsOfGroup = {
  'top-ups': ['top_up_base', 'top_up_bonus', 'grant'],
  purchases: ['purchase'],
  sales: ['sale_payout'],
  refunds: ['order_refund'],
  sent: ['peer_transfer'],
  corrections: ['adjustment', 'reversal'],
} as const satisfies Record<string, readonly TransferKind[]>;

export type StatementGroup = keyof typeof kindsOfGroup;
export const statementGroups = Object.keys(kindsOfGroup) as StatementGroup[];

/** What the citizen asked to see. */
export interface StatementFilter {
  group: StatementGroup | undefined;
  /** First and last day, both included, by the clock of Venice. */
  from: CalendarDay | undefined;
  to: CalendarDay | undefined;
}

export const csvDaysMax = 366;

/** What is mistyped in an address counts as left out. */
export function filterOf(given: {
  group: string | undefined;
  from: string | undefined;
  to: string | undefined;
}): StatementFilter {
  return {
    group: statementGroups.find((group) => group === given.group),
    from: dayOf(given.from),
    to: dayOf(given.to),
  };
}

export function isFiltered({ group, from, to }: StatementFilter): boolean {
  return group !== undefined || from !== undefined || to !== undefined;
}

export function isBackwards({ from, to }: StatementFilter): boolean {
  return from !== undefined && to !== undefined && from > to;
}

/** The place in the statement: the number of the entry it goes on below. */
export function cursorOf(text: string | undefined): bigint | undefined {
  return text !== undefined && /^[1-9]\d{0,17}$/.test(text) ? BigInt(text) : undefined;
}

/** Where the chosen part of the statement is downloaded; null when no file may hold that much. */
export function csvAddress(filter: StatementFilter, today: CalendarDay): string | null {
  const { group, from, to } = filter;
  if (isBackwards(filter)) return null;
  if (from !== undefined && daysBetween(from, to ?? today) > csvDaysMax) return null;
  const parameters = new URLSearchParams();
  if (from !== undefined) parameters.set('from', from);
  if (to !== undefined) parameters.set('to', to);
  if (group !== undefined) parameters.set('kinds', kindsOfGroup[group].join(','));
  const query = parameters.toString();
  return query === '' ? '/api/wallet/statement.csv' : `/api/wallet/statement.csv?${query}`;
}
