import type {
  DayEntry,
  DayStatement,
  DayStatementQuery,
  DayTotal,
  DayTotalsQuery,
} from '#server/ledger/day-queries.ts';
import type { Account, StoredTransfer } from '#server/ledger/lookups.ts';
import type { EntriesPage, EntriesQuery } from '#server/ledger/queries.ts';
import type { AccountBalance, LedgerEntry } from '#server/ledger/schema.ts';
import type { TransfersPage, TransfersQuery } from '#server/ledger/transfer-queries.ts';
import { refuse } from '#server/platform/errors.ts';
import type { Booking } from './memory-books.ts';
import { balanceOn } from './model-readings.ts';
import { availableMinor, dayOf, isDay, type ModelAccount, type ModelEntry } from './state.ts';

/** The accounts of the books with all their entries, and how the causes of these are called. */
export interface Shelf {
  accounts: ReadonlyMap<bigint, ModelAccount>;
  booking: Booking;
}

export function accountOn({ accounts }: Shelf, accountId: bigint): ModelAccount {
  const account = accounts.get(accountId);
  if (account === undefined) throw refuse('not_found', 'account_not_found', 'The model has no such account.');
  return account;
}

export function accountAsRead(account: ModelAccount, { booking }: Shelf): Omit<Account, 'isLimited' | 'isMonitored'> {
  const { id, owner, kind, asset, balanceMinor, reservedMinor, version, floorMinor, ceilingMinor } = account;
  const days = account.entries.map((entry) => bookingDay(entry, booking));
  const openDay = days.sort().at(-1) ?? null;
  const ofThatDay = account.entries.filter((entry) => {
    return bookingDay(entry, booking) === openDay && entry.effectiveDay === openDay;
  });
  return {
    ...{ id, owner, kind, asset, balanceMinor, reservedMinor, version, floorMinor, ceilingMinor },
    availableMinor: availableMinor(account),
    isFrozen: account.frozen,
    isClosed: account.closed,
    openDay,
    openDayNetMinor: ofThatDay.reduce((sum, { amountMinor }) => sum + amountMinor, 0n),
  };
}

function bookingDay({ cause, time }: ModelEntry, booking: Booking): string {
  return dayOf(booking(cause, time).bookedAt.getTime());
}

/** Every entry of the account as the port shows it, oldest first. */
export function entriesOf(shelf: Shelf, accountId: bigint): DayEntry[] {
  const entries = shelf.accounts.get(accountId)?.entries ?? [];
  return entries.map(({ cause, time, ...entry }) => {
    const { id: transferId, bookedAt } = shelf.booking(cause, time);
    return { ...entry, transferId, bookedAt };
  });
}

export function entriesPage(shelf: Shelf, query: EntriesQuery): EntriesPage {
  const { accountId, kinds, from, to, before, limit } = query;
  const asked = entriesOf(shelf, accountId)
    .filter(({ kind }) => kinds === undefined || kinds.includes(kind))
    .filter(({ bookedAt }) => isWithin(bookedAt, { from, to }))
    .filter(({ version }) => before === undefined || version < before)
    .reverse()
    .map(({ effectiveDay: _effectiveDay, ...entry }): LedgerEntry => entry);
  const entries = asked.slice(0, limit);
  return { entries, nextCursor: asked.length > limit ? (entries.at(-1)?.version ?? null) : null };
}

function balanceOf(held: Omit<AccountBalance, 'availableMinor'>): AccountBalance {
  const { balanceMinor, reservedMinor, version } = held;
  return { balanceMinor, reservedMinor, availableMinor: balanceMinor - reservedMinor, version };
}

export function balanceAtMoment(
  shelf: Shelf,
  accountId: bigint,
  moment: { time: Date } | { version: bigint },
): AccountBalance {
  const account = accountOn(shelf, accountId);
  if ('version' in moment && (moment.version < 0n || moment.version > account.version)) {
    throw refuse('not_found', 'version_not_found', 'The model has not reached this version.');
  }
  const until = entriesOf(shelf, accountId).filter(({ version, bookedAt }) => {
    return 'version' in moment ? version <= moment.version : bookedAt.getTime() <= moment.time.getTime();
  });
  const last = until.at(-1);
  if (last === undefined) return balanceOf(account.beginning);
  const { balanceAfterMinor: balanceMinor, reservedAfterMinor: reservedMinor, version } = last;
  return balanceOf({ balanceMinor, reservedMinor, version });
}

function isWithin(time: Date, { from, to }: { from?: Date | undefined; to?: Date | undefined }): boolean {
  return (from === undefined || time >= from) && (to === undefined || time < to);
}

/** With an account alone what changed it, by versions; otherwise what was decided, by ids. */
export function transfersPage(shelf: Shelf, query: TransfersQuery, stored: readonly StoredTransfer[]): TransfersPage {
  const { accountId, kind, reference, before, limit } = query;
  const isByVersion = accountId !== undefined && reference === undefined;
  const form = isByVersion ? /^[1-9][0-9]{0,17}$/ : /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
  if (before !== undefined && !form.test(before)) {
    throw refuse('invalid', 'cursor_malformed', 'The model knows no such place.');
  }
  const listed = isByVersion
    ? changesOf(shelf, { ...query, accountId }, stored)
    : stored
        .filter((transfer) => reference === undefined || transfer.reference === reference)
        .filter(({ debitAccountId, creditAccountId }) => {
          return accountId === undefined || [debitAccountId, creditAccountId].includes(accountId);
        })
        .filter(({ id }) => isWithin(madeAt(id), query) && (before === undefined || id < before))
        .sort((left, right) => (left.id < right.id ? 1 : -1))
        .map((transfer) => ({ transfer, cursor: transfer.id }));
  const asked = listed.filter(({ transfer }) => kind === undefined || transfer.kind === kind);
  const page = asked.slice(0, limit);
  return {
    transfers: page.map(({ transfer }) => transfer),
    nextCursor: asked.length > limit ? (page.at(-1)?.cursor ?? null) : null,
  };
}

function changesOf(
  shelf: Shelf,
  query: TransfersQuery & { accountId: bigint },
  stored: readonly StoredTransfer[],
): { transfer: StoredTransfer; cursor: string }[] {
  const entries = entriesOf(shelf, query.accountId)
    .filter(({ bookedAt }) => isWithin(bookedAt, query))
    .filter(({ version }) => query.before === undefined || version < BigInt(query.before))
    .reverse();
  return entries.flatMap(({ transferId, version }) => {
    return stored.filter(({ id }) => id === transferId).map((transfer) => ({ transfer, cursor: version.toString() }));
  });
}

/** The first 48 bits of a UUIDv7 are the millisecond that it was made in. */
function madeAt(id: string): Date {
  return new Date(Number.parseInt(id.replaceAll('-', '').slice(0, 12), 16));
}

export function balanceOnDay(shelf: Shelf, accountId: bigint, day: string): bigint {
  assertDays(day);
  return balanceOn(accountOn(shelf, accountId), day);
}

export function totalsOfDays(shelf: Shelf, query: DayTotalsQuery): DayTotal[] {
  const { accountId, from, to, after, limit } = query;
  assertDays(from, to, after ?? from);
  const nets = [...(shelf.accounts.get(accountId)?.netOfDay ?? [])]
    .filter(([day, netMinor]) => netMinor !== 0n && day >= from && day <= to && (after === undefined || day > after))
    .map(([day, netMinor]) => ({ day, netMinor }));
  return nets.sort((left, right) => left.day.localeCompare(right.day)).slice(0, limit);
}

export function statementOfDays(shelf: Shelf, query: DayStatementQuery): DayStatement {
  const { accountId, from, to, after, limit } = query;
  assertDays(from, to, after?.day ?? from);
  const account = accountOn(shelf, accountId);
  const placed = entriesOf(shelf, accountId)
    .filter(({ effectiveDay }) => effectiveDay >= from && effectiveDay <= to)
    .sort(
      (left, right) => left.effectiveDay.localeCompare(right.effectiveDay) || (left.version < right.version ? -1 : 1),
    )
    .filter(({ effectiveDay, version }) => {
      if (after === undefined || effectiveDay > after.day) return true;
      return effectiveDay === after.day && version > after.version;
    });
  const entries = placed.slice(0, limit);
  const last = entries.at(-1);
  const isMore = placed.length > limit && last !== undefined;
  return {
    openingMinor: balanceOn(account, dayOf(Date.parse(from), -1)),
    closingMinor: balanceOn(account, to),
    entries,
    nextCursor: isMore ? { day: last.effectiveDay, version: last.version } : null,
  };
}

function assertDays(...days: readonly string[]): void {
  if (!days.every((day) => isDay(day) && day >= '0001-01-01'))
    throw refuse('invalid', 'day_malformed', 'The model knows no such day.');
}
