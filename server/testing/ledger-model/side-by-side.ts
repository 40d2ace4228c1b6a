import { systemAccountId } from '#server/ledger/accounts.ts';
import { closeBreaker, openBreaker } from '#server/ledger/breaker.ts';
import { sweepPendings } from '#server/ledger/jobs.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { timeOfUuidv7 } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import type { StepDraw } from './draws.ts';
import { historyOf, ledgerOf, readHistory, type History } from './histories.ts';
import { LedgerModel, type ModelResult } from './ledger-model.ts';
import { openAccounts, type OpenedAccounts } from './opening.ts';
import { fingerprint, readBooks, type BooksReading } from './readings.ts';
import { requestsOf } from './requests.ts';
import { isLedgerId, type Moment } from './soundness.ts';
import { dayOf, isDay, keyOf, relatedIdOf, type ModelLimit } from './state.ts';

/** The same question answered twice. */
export interface Answers {
  model: unknown;
  database: unknown;
  /** What the database was asked and answered, item by item. */
  items: { request: TransferRequest; result: TransferResult; originalMinor: bigint | null }[];
  /** How many pendings a sweep ended. */
  swept: number;
}

type Batch = Extract<StepDraw, { type: 'batch' }>;

const timeoutMax = 600_000;
const hour = 3_600_000;
const day = 24 * hour;

/** The ledger in PostgreSQL and its model, with the same few accounts, taking the same steps. */
export class SideBySide {
  private readonly database: TestDatabase;
  private readonly model = new LedgerModel();
  private opened: OpenedAccounts = { accounts: [], conversion: { liquidity: [], dollars: [] }, states: [] };
  private offset = 0;
  private months = { from: 0, until: 0 };
  private readonly batches: TransferRequest[][] = [];
  /** On which something was asked. */
  private readonly days = new Set<string>();
  private readonly limitedOwners = new Set<string>();
  private readonly refusedIds = new Set<string>();
  private readonly endedIds = new Set<string>();
  private readonly bookedAt = new Map<string, number>();

  private constructor(database: TestDatabase) {
    this.database = database;
  }

  /** Opens accounts of new owners beside those of the house, and gives some of them money. */
  static async open(database: TestDatabase): Promise<{ both: SideBySide; answers: Answers }> {
    const both = new SideBySide(database);
    await both.startClock();
    both.opened = await openAccounts(database);
    for (const account of both.opened.states) both.model.addAccount(account);
    const [issuance = 0n, treasury = 0n, rich = 0n, poor = 0n, , small = 0n] = both.opened.accounts;
    const stripe = systemAccountId('stripe_balance', 'USD');
    const gift = (from: bigint, to: bigint, amountMinor: bigint): TransferRequest =>
      move({ id: transferId(both.now()), from, to, amountMinor, kind: 'grant' });
    const gifts = [gift(issuance, rich, 600n), gift(issuance, poor, 200n), gift(issuance, small, 40n)];
    const [house, own] = both.opened.conversion.liquidity;
    for (const pair of [house, own]) {
      if (pair !== undefined) gifts.push(gift(issuance, pair.ducat, 150n), gift(stripe, pair.usd, 150n));
    }
    return { both, answers: await both.post([...gifts, gift(issuance, treasury, 45n)]) };
  }

  async take(step: StepDraw): Promise<Answers> {
    switch (step.type) {
      case 'batch':
        return this.takeBatch(step);
      case 'again': {
        const again = this.batches.at(-1 - step.target)?.slice(step.skip) ?? [];
        return step.isDryRun ? this.dryRun(again, false) : this.post(again);
      }
      case 'clock':
        await this.advance(step.seconds * 1_000);
        return { model: null, database: null, items: [], swept: 0 };
      case 'state':
        return this.changeState(this.accountAt(step.account), step.state);
      case 'limits':
        return this.setLimits(this.accountAt(step.account), step.limits);
      case 'sweep': {
        await this.advance(step.seconds * 1_000);
        const swept = await sweepPendings(this.database);
        return { model: this.model.sweep(this.now().getTime()), database: swept, items: [], swept };
      }
    }
  }

  async post(requests: TransferRequest[], isExternal = false): Promise<Answers> {
    this.batches.push(requests);
    const moment = this.moment(isExternal);
    const source = isExternal ? 'external' : 'internal';
    const results = await ledgerOf(this.database).createTransfers(requests, { source });
    this.remember(requests, results);
    return {
      model: this.model.post(requests, moment),
      database: results.map((result) => this.withoutTime(result)),
      items: this.itemsOf(requests, results),
      swept: 0,
    };
  }

  /** Asks both what a batch would do, and reads all books before and after. */
  async dryRun(requests: TransferRequest[], isExternal: boolean): Promise<Answers> {
    // A later step may ask for it in earnest.
    this.batches.push(requests);
    const moment = this.moment(isExternal);
    const before = await fingerprint(this.database);
    const source = isExternal ? 'external' : 'internal';
    const results = await ledgerOf(this.database).dryRun(requests, { source });
    const after = await fingerprint(this.database);
    return {
      model: { results: this.model.dryRun(requests, moment), books: before },
      database: { results: results.map(timeless), books: after },
      items: this.itemsOf(requests, results),
      swept: 0,
    };
  }

  /** The ledger's clock. */
  now(): Date {
    return new Date(Date.now() + this.offset);
  }

  /** What there is to compare: of every account, on every day that was named and those around it, of every limit. */
  async finalStates(): Promise<{ model: BooksReading; database: BooksReading }> {
    const question = {
      accountIds: this.opened.states.map((account) => account.id),
      days: [...this.daysAround()].sort(),
      owners: [...this.limitedOwners],
      transferIds: [...new Set(this.batches.flat().map(({ id }) => keyOf(id)))].filter(isLedgerId),
    };
    const model = this.model.read(question, this.now().getTime());
    return { model, database: await readBooks(this.database, question) };
  }

  /** Every account's entries and the balance at each version since the sequence began. */
  async histories(): Promise<{ model: History[]; database: History[] }> {
    const ledger = ledgerOf(this.database);
    const database: History[] = [];
    for (const { id, version } of this.opened.states) database.push(await readHistory(ledger, id, version));
    const byId = new Map(this.model.accounts().map((account) => [account.id, historyOf(account)]));
    return { model: database.flatMap(({ accountId }) => byId.get(accountId) ?? []), database };
  }

  private daysAround(): Set<string> {
    const named = this.batches
      .flat()
      .flatMap(({ effectiveDate }) => effectiveDate ?? [])
      .filter(isDay);
    const all = [...this.days, ...named].flatMap((date) => {
      const time = Date.parse(date);
      return [dayOf(time, -1), date, dayOf(time, 1)];
    });
    return new Set(all);
  }

  private accountAt(position: number): bigint {
    const { accounts } = this.opened;
    return accounts[position % accounts.length] ?? 0n;
  }

  private moment(isExternal: boolean): Moment {
    const now = this.now().getTime();
    this.days.add(dayOf(now));
    return { now, monthsFrom: this.months.from, monthsUntil: this.months.until, isExternal };
  }

  private itemsOf(requests: readonly TransferRequest[], results: readonly TransferResult[]): Answers['items'] {
    return requests.flatMap((request, index) => {
      const result = results[index];
      return result === undefined ? [] : [{ request, result, originalMinor: this.originalMinor(request) }];
    });
  }

  /**
   * Lets what earlier sequences reserved on accounts of the house run out: the clock only ever goes forward. It begins
   * at half past some hour, far from where counters and days change.
   */
  private async startClock(): Promise<void> {
    const control = await this.database.client.ledgerControl.findFirstOrThrow();
    const offset = Number(control.clockOffsetMicroseconds / 1_000n);
    const earliest = Date.now() + offset + timeoutMax + 1_000;
    const halfPast = Math.ceil((earliest - hour / 2) / hour) * hour + hour / 2;
    this.offset = offset;
    await this.advance(halfPast - (Date.now() + offset));
    await this.makeMonths();
    await sweepPendings(this.database);
  }

  private async advance(milliseconds: number): Promise<void> {
    this.offset += milliseconds;
    await this.database.client.$queryRaw`SELECT ledger.set_clock_offset(${this.offset * 1_000}::bigint)::text`;
    if (milliseconds >= day) await this.makeMonths();
  }

  private async makeMonths(): Promise<void> {
    await ensurePartitions(this.database.client);
    const control = await this.database.client.ledgerControl.findFirstOrThrow();
    invariant(control.idsFrom !== null && control.idsUntil !== null, 'there are months');
    this.months = { from: timeOfUuidv7(control.idsFrom).getTime(), until: timeOfUuidv7(control.idsUntil).getTime() };
  }

  private async takeBatch(batch: Batch): Promise<Answers> {
    const requests: TransferRequest[] = [];
    const { accounts, conversion } = this.opened;
    const otherAssetAccount = systemAccountId('bank', 'USD');
    const { refusedIds, endedIds } = this;
    const states = this.model.accounts();
    const fixed = { accounts, conversion, otherAssetAccount, states, refusedIds, endedIds };
    const answered = this.batches.flat();
    for (const [index, item] of batch.items.entries()) {
      const around = { ...fixed, answeredCount: answered.length, earlier: [...answered, ...requests] };
      const drawn = requestsOf(item, { ...around, now: this.now().getTime() });
      const isLast = index === batch.items.length - 1;
      const last = drawn.pop();
      requests.push(...drawn);
      if (last !== undefined) requests.push(isLast && item.isAimed ? { ...last, linked: false } : last);
    }
    const ask = batch.isDryRun ? this.dryRun.bind(this) : this.post.bind(this);
    if (!batch.isBreakerOpen) return ask(requests, batch.isExternal);
    const change = { actor: 'model test', reason: 'drawn' };
    await this.database.inTransaction((tx) => openBreaker(tx, change));
    this.model.breakerOpen = true;
    const answers = await ask(requests, batch.isExternal);
    await this.database.inTransaction((tx) => closeBreaker(tx, change));
    this.model.breakerOpen = false;
    return answers;
  }

  /** What the next draws may aim at. */
  private remember(requests: readonly TransferRequest[], results: readonly TransferResult[]): void {
    for (const [index, result] of results.entries()) {
      const { postPendingId, voidPendingId } = requests[index] ?? {};
      const endedId = postPendingId ?? voidPendingId;
      if (result.status === 'refused') this.refusedIds.add(result.id);
      else if (endedId !== undefined) this.endedIds.add(endedId);
    }
  }

  /** The model knows no microseconds; what it can say is that a repeated answer has the time of the first. */
  private withoutTime(result: TransferResult): ModelResult {
    if (result.status === 'refused') return result;
    const { status, id, bookedAt } = result;
    const key = keyOf(id);
    if (status === 'created') this.bookedAt.set(key, bookedAt.getTime());
    invariant(this.bookedAt.get(key) === bookedAt.getTime(), `the first answer for ${id} had another time`);
    return timeless(result);
  }

  /** The amount of the transfer that this one ends or reverses. */
  private originalMinor(request: TransferRequest): bigint | null {
    const relatedId = relatedIdOf(request);
    if (relatedId === null) return null;
    const related = this.batches.flat().find((candidate) => keyOf(candidate.id) === relatedId);
    return related?.amountMinor ?? null;
  }

  private async setLimits(accountId: bigint, drawn: readonly ModelLimit[]): Promise<Answers> {
    const owner = this.opened.states.find((account) => account.id === accountId)?.owner ?? '';
    // Beyond what is used already: limits that stop everything or nothing show little.
    const limits = this.model.beyondUsed(owner, drawn, this.now().getTime());
    const given = limits.map(({ amountMinorMax, countMax, ...limit }) => ({
      ...limit,
      ...(amountMinorMax === null ? {} : { amountMinorMax }),
      ...(countMax === null ? {} : { countMax }),
    }));
    await ledgerOf(this.database).setVelocityLimits(owner, given);
    this.model.setLimits(owner, limits);
    this.limitedOwners.add(owner);
    return { model: null, database: null, items: [], swept: 0 };
  }

  private async changeState(accountId: bigint, state: 'open' | 'frozen' | 'closed'): Promise<Answers> {
    const ledger = ledgerOf(this.database);
    const change = { open: ledger.unfreeze, frozen: ledger.freeze, closed: ledger.close }[state];
    const hindrance = await change(accountId).then(
      () => null,
      (error: unknown) => {
        if (isDomainError(error)) return error.code;
        throw error;
      },
    );
    return { model: this.model.setAccountState(accountId, state), database: hindrance, items: [], swept: 0 };
  }
}

function timeless(result: TransferResult): ModelResult {
  if (result.status === 'refused') return result;
  const { status, id, amountMinor } = result;
  return { status, id, amountMinor };
}
