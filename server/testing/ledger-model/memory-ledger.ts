import type { AccountRequest, AccountResult } from '#server/ledger/account-batches.ts';
import type { AccountGroup } from '#server/ledger/groups.ts';
import { assets, transferKinds } from '#server/ledger/kinds.ts';
import type { VelocityLimit, VelocityUse } from '#server/ledger/limits.ts';
import type { Account, StoredTransfer } from '#server/ledger/lookups.ts';
import type { BalanceMonitor } from '#server/ledger/monitors.ts';
import type { AccountMoment, CreateOptions, Ledger } from '#server/ledger/port.ts';
import { batchSizeMax, type TransferRequest, type TransferResult } from '#server/ledger/schema.ts';
import { refuse } from '#server/platform/errors.ts';
import { transferId } from '#server/testing/ledger.ts';
import { usedOf } from './demands.ts';
import type { LedgerModel, ModelResult } from './ledger-model.ts';
import { openingOf } from './memory-accounts.ts';
import { storedIn, type Booking } from './memory-books.ts';
import * as queries from './memory-queries.ts';
import { crossingsOf, figureOf, totalOf, type Holdings, type Watching } from './memory-watching.ts';
import type { Moment } from './soundness.ts';
import { keyOf, type ModelLimit } from './state.ts';

const monitorsPerAccountMax = 20;
const thresholdMinorMax = 9n * 10n ** 18n;
const crossingsPerTake = 500;

/** What a ledger in memory has to be told: when it is, and which numbers come next. */
export interface Circumstances {
  moment: () => Omit<Moment, 'isExternal'>;
  nextAccountId: () => bigint;
  nextMonitorId: () => bigint;
}

/**
 * The port a second time, over the model's lists: every reading looks through all there is, and nothing is kept that a
 * reading could find. What it makes up itself, ids of expiries and times of booking, can be named afterwards.
 */
export class MemoryLedger implements Ledger {
  readonly model: LedgerModel;
  private readonly circumstances: Circumstances;
  private readonly bookings = new Map<string, { id: string; bookedAt: Date }>();
  private readonly groups = new Map<string, AccountGroup>();
  private readonly watchings: Watching[] = [];
  private takenCrossings = 0;
  private folded: Pick<Holdings, 'folded' | 'foldedAt'> = { folded: [], foldedAt: new Date(0) };

  constructor(model: LedgerModel, circumstances: Circumstances) {
    this.model = model;
    this.circumstances = circumstances;
  }

  /** From now on this is the id and the time of what it stored, or of the end of the pending. */
  nameBooking(stored: StoredTransfer): void {
    const { id, action, relatedId, bookedAt } = stored;
    this.bookings.set(action === 'expire' ? `expiry of ${relatedId ?? ''}` : keyOf(id), { id, bookedAt });
  }

  setGroup(group: AccountGroup): void {
    this.groups.set(group.name, group);
  }

  async createAccounts(requests: readonly AccountRequest[]): Promise<AccountResult[]> {
    assertSize(requests.length);
    return Promise.resolve(
      requests.map((request) => {
        const opening = openingOf(request, this.model.accounts());
        if ('status' in opening) return opening;
        const id = this.circumstances.nextAccountId();
        this.model.addAccount({ ...opening, id });
        return { status: 'created', id };
      }),
    );
  }

  async createTransfers(requests: readonly TransferRequest[], options?: CreateOptions): Promise<TransferResult[]> {
    assertSize(requests.length);
    return Promise.resolve(this.model.post(requests, this.momentOf(options)).map((result) => this.withTime(result)));
  }

  async dryRun(requests: readonly TransferRequest[], options?: CreateOptions): Promise<TransferResult[]> {
    assertSize(requests.length);
    const results = this.model.dryRun(requests, this.momentOf(options));
    return Promise.resolve(results.map((result) => this.withTime(result)));
  }

  async expirePendings(): Promise<number> {
    return Promise.resolve(this.model.sweep(this.circumstances.moment().now));
  }

  async freeze(accountId: bigint): Promise<void> {
    return this.changeState(accountId, 'frozen');
  }

  async unfreeze(accountId: bigint): Promise<void> {
    return this.changeState(accountId, 'open');
  }

  async close(accountId: bigint): Promise<void> {
    return this.changeState(accountId, 'closed');
  }

  async setVelocityLimits(owner: string, limits: readonly VelocityLimit[]): Promise<void> {
    const places = new Set(limits.map(placeOf));
    const isOwner = owner !== 'house' && owner.length >= 1 && owner.length <= 128;
    if (!isOwner || limits.length > 100 || places.size < limits.length || !limits.every(isLimit)) {
      throw refuse('invalid', 'limits_malformed', 'The model knows no such limits.');
    }
    const kept = limits.map((limit): ModelLimit => {
      return { ...limit, amountMinorMax: limit.amountMinorMax ?? null, countMax: limit.countMax ?? null };
    });
    return Promise.resolve(this.model.setLimits(owner, kept));
  }

  async velocityLimits(owner: string): Promise<VelocityUse[]> {
    const books = this.model.decided();
    const { now } = this.circumstances.moment();
    const uses = (books.limits.get(owner) ?? []).map((limit): VelocityUse => {
      const { amountMinorMax, countMax, asset, kind, side, period } = limit;
      const { amountMinor: usedMinor, count: usedCount } = usedOf(books, { limit, owner, now });
      const leftMinor = amountMinorMax === null ? null : amountMinorMax - usedMinor;
      return {
        ...{ asset, kind, side, period, usedMinor, usedCount },
        ...(amountMinorMax === null ? {} : { amountMinorMax }),
        ...(countMax === null ? {} : { countMax }),
        leftMinor: leftMinor !== null && leftMinor < 0n ? 0n : leftMinor,
        leftCount: countMax === null ? null : Math.max(0, countMax - usedCount),
      };
    });
    return Promise.resolve(uses.sort((left, right) => (orderOf(left) < orderOf(right) ? -1 : 1)));
  }

  async setMonitor(monitor: BalanceMonitor): Promise<bigint> {
    const { accountId, measure, comparison, thresholdMinor } = monitor;
    if (thresholdMinor > thresholdMinorMax || thresholdMinor < -thresholdMinorMax) {
      throw refuse('invalid', 'threshold_out_of_range', 'No account of the model can hold that.');
    }
    const account = queries.accountOn(this.shelf(), accountId);
    const there = this.watchersOf(accountId);
    const same = there.find((known) => {
      return known.measure === measure && known.comparison === comparison && known.thresholdMinor === thresholdMinor;
    });
    if (same !== undefined) return Promise.resolve(same.id);
    if (there.length >= monitorsPerAccountMax) {
      throw refuse('conflict', 'too_many_monitors', 'The account of the model has twenty monitors.');
    }
    const id = this.circumstances.nextMonitorId();
    const since = { sinceVersion: account.version, figureThen: figureOf(monitor, account), untilVersion: null };
    this.watchings.push({ ...monitor, id, ...since });
    return Promise.resolve(id);
  }

  async removeMonitor(monitorId: bigint): Promise<boolean> {
    const watching = this.watchings.find(({ id, untilVersion }) => id === monitorId && untilVersion === null);
    if (watching === undefined) return Promise.resolve(false);
    watching.untilVersion = queries.accountOn(this.shelf(), watching.accountId).version;
    return Promise.resolve(true);
  }

  async takeCrossings(): Promise<number> {
    const all = this.watchings.map((watching) => {
      return crossingsOf(watching, queries.accountOn(this.shelf(), watching.accountId));
    });
    const waiting = all.reduce((sum, crossings) => sum + crossings, 0) - this.takenCrossings;
    const taken = Math.min(waiting, crossingsPerTake);
    this.takenCrossings += taken;
    return Promise.resolve(taken);
  }

  /** Keeps what every account holds now; there are no rows that it would take. */
  async foldGroups(): Promise<number> {
    this.folded = { folded: this.model.accounts(), foldedAt: new Date(this.circumstances.moment().now) };
    return Promise.resolve(0);
  }

  async lookupAccounts(ids: readonly bigint[]): Promise<Account[]> {
    assertSize(ids.length);
    const { limits } = this.model.decided();
    const shelf = this.shelf();
    const found = ids.flatMap((id) => shelf.accounts.get(id) ?? []);
    return Promise.resolve(
      found.map((account) => ({
        ...queries.accountAsRead(account, shelf),
        isLimited: (limits.get(account.owner) ?? []).length > 0,
        isMonitored: this.watchersOf(account.id).length > 0,
      })),
    );
  }

  async lookupTransfers(ids: readonly string[]): Promise<StoredTransfer[]> {
    assertSize(ids.length);
    const stored = this.stored();
    return Promise.resolve(ids.flatMap((asked) => stored.filter(({ id }) => id === keyOf(asked))));
  }

  async accountEntries(query: Parameters<Ledger['accountEntries']>[0]) {
    return Promise.resolve(queries.entriesPage(this.shelf(), query));
  }

  async balanceAt(accountId: bigint, moment: AccountMoment) {
    return Promise.resolve(queries.balanceAtMoment(this.shelf(), accountId, moment));
  }

  async queryTransfers(query: Parameters<Ledger['queryTransfers']>[0]) {
    return Promise.resolve(queries.transfersPage(this.shelf(), query, this.stored()));
  }

  async balanceOn(accountId: bigint, day: string) {
    return Promise.resolve(queries.balanceOnDay(this.shelf(), accountId, day));
  }

  async dayTotals(query: Parameters<Ledger['dayTotals']>[0]) {
    return Promise.resolve(queries.totalsOfDays(this.shelf(), query));
  }

  async statementByDay(query: Parameters<Ledger['statementByDay']>[0]) {
    return Promise.resolve(queries.statementOfDays(this.shelf(), query));
  }

  async groupTotal(name: string) {
    const group = this.groups.get(name);
    if (group === undefined) throw refuse('not_found', 'group_not_found', 'The model has no such group.');
    const holdings = { accounts: this.model.accounts(), ...this.folded };
    return Promise.resolve(totalOf(group, holdings, new Date(this.circumstances.moment().now)));
  }

  private momentOf(options: CreateOptions = {}): Moment {
    return { ...this.circumstances.moment(), isExternal: options.source === 'external' };
  }

  private withTime(result: ModelResult): TransferResult {
    if (result.status === 'refused') return result;
    const time = this.model.decided().transfers.get(keyOf(result.id))?.time ?? this.circumstances.moment().now;
    return { ...result, bookedAt: this.booking(keyOf(result.id), time).bookedAt };
  }

  private readonly booking: Booking = (cause, time) => {
    const known = this.bookings.get(cause);
    if (known !== undefined) return known;
    const bookedAt = new Date(time);
    const made = { id: cause.startsWith('expiry of') ? transferId(bookedAt) : cause, bookedAt };
    if (made.id !== cause) this.bookings.set(cause, made);
    return made;
  };

  private shelf(): queries.Shelf {
    return { accounts: this.model.decided().accounts, booking: this.booking };
  }

  private stored(): StoredTransfer[] {
    return storedIn(this.model.decided(), this.booking);
  }

  private watchersOf(accountId: bigint): Watching[] {
    return this.watchings.filter((watching) => watching.accountId === accountId && watching.untilVersion === null);
  }

  private async changeState(accountId: bigint, state: 'open' | 'frozen' | 'closed'): Promise<void> {
    const hindrance = this.model.setAccountState(accountId, state);
    if (hindrance !== null) throw refuse('conflict', hindrance, 'The account of the model stays as it is.');
    return Promise.resolve();
  }
}

function assertSize(items: number): void {
  if (items > batchSizeMax) throw refuse('too_large', 'batch_too_large', 'The model takes 8,190 items.');
}

function placeOf({ asset, kind, side, period }: VelocityLimit): string {
  return [asset, kind, side, period].join();
}

function isLimit({ amountMinorMax: amount, countMax: count }: VelocityLimit): boolean {
  const isAmount = amount === undefined || (amount >= 0n && amount <= 10n ** 15n);
  const isCount = count === undefined || (Number.isInteger(count) && count >= 0 && count <= 1_000_000_000);
  return (amount !== undefined || count !== undefined) && isAmount && isCount;
}

/** By the numbers of the database: no two limits of an owner are about the same. */
function orderOf({ asset, kind, side, period }: VelocityLimit): number {
  const parts = [assets[asset], transferKinds[kind], side === 'debit' ? 1 : 2, period === '24_hours' ? 1 : 2];
  return parts.reduce((order, part) => order * 100 + part, 0);
}
