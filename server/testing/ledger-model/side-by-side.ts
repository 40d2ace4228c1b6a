import { systemAccountId } from '#server/ledger/accounts.ts';
import { closeBreaker, openBreaker } from '#server/ledger/breaker.ts';
import { sweepPendings } from '#server/ledger/jobs.ts';
import type { Ledger } from '#server/ledger/port.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import type { StepDraw } from './draws.ts';
import { codeOr } from './answers.ts';
import { ComparedReadings } from './compared-readings.ts';
import { ledgerOf } from './histories.ts';
import { LedgerModel, type ModelResult } from './ledger-model.ts';
import { MemoryLedger } from './memory-ledger.ts';
import { MovedClock } from './moved-clock.ts';
import { openAccounts, type OpenedAccounts } from './opening.ts';
import type { MonitorDraw, ReadingDraw } from './questions.ts';
import { fingerprint, readBooks, type BooksReading } from './readings.ts';
import { requestsOf } from './requests.ts';
import { isLedgerId } from './soundness.ts';
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

/** The ledger in PostgreSQL and its model, with the same few accounts, taking the same steps. */
export class SideBySide {
  private readonly database: TestDatabase;
  private readonly model = new LedgerModel();
  private readonly ledger: Ledger;
  private readonly memory: MemoryLedger;
  private readonly clock: MovedClock;
  private readonly opened: OpenedAccounts;
  private readonly newIds: bigint[] = [];
  private readonly compared: ComparedReadings;
  /** Every request so far. */
  readonly batches: TransferRequest[][] = [];
  private readonly limitedOwners = new Set<string>();
  private readonly refusedIds = new Set<string>();
  private readonly endedIds = new Set<string>();
  private readonly bookedAt = new Map<string, number>();

  private constructor(database: TestDatabase, begun: { clock: MovedClock; opened: OpenedAccounts; beginning: Date }) {
    this.database = database;
    this.ledger = ledgerOf(database);
    this.clock = begun.clock;
    this.opened = begun.opened;
    const nextId = () => this.newIds.shift() ?? 0n;
    const moment = () => this.clock.moment();
    this.memory = new MemoryLedger(this.model, { moment, nextAccountId: nextId, nextMonitorId: nextId });
    const { ledger, memory, newIds } = this;
    this.compared = new ComparedReadings({ database, ledger, memory, newIds, ...begun });
  }

  /**
   * Opens accounts of new owners beside those of the house, and gives some of them money. Null instead of monitors
   * leaves out what readings at the end are compared with.
   */
  static async open(
    database: TestDatabase,
    monitors: readonly MonitorDraw[] | null = [],
  ): Promise<{ both: SideBySide; answers: Answers }> {
    const clock = await MovedClock.start(database);
    // The sweep may have ended something in this very millisecond.
    const beginning = new Date(clock.now().getTime() + 1);
    const both = new SideBySide(database, {
      clock,
      beginning,
      opened: await openAccounts(database, ledgerOf(database)),
    });
    const { house, answers: opened, requests, overdraft } = both.opened;
    for (const account of house) both.model.addAccount(account);
    both.newIds.push(...opened.flatMap((answer) => (answer.status === 'created' ? [answer.id] : [])));
    const openings = { model: await both.memory.createAccounts(requests), database: opened };
    both.model.setFloor(overdraft.accountId, overdraft.floorMinor);
    const given = await both.giveMoney();
    const watched = monitors?.map(({ account, ...line }) => ({ accountId: both.accountAt(account), ...line }));
    const set = watched === undefined ? { model: [], database: [] } : await both.compared.begin(watched);
    const model = [openings.model, given.model, set.model];
    return { both, answers: { ...given, model, database: [openings.database, given.database, set.database] } };
  }

  private giveMoney(): Promise<Answers> {
    const [issuance = 0n, treasury = 0n, rich = 0n, poor = 0n, , small = 0n] = this.opened.accounts;
    const stripe = systemAccountId('stripe_balance', 'USD');
    const gift = (from: bigint, to: bigint, amountMinor: bigint): TransferRequest =>
      move({ id: transferId(this.now()), from, to, amountMinor, kind: 'grant' });
    const gifts = [gift(issuance, rich, 600n), gift(issuance, poor, 200n), gift(issuance, small, 40n)];
    const [house, own] = this.opened.conversion.liquidity;
    for (const pair of [house, own]) {
      if (pair !== undefined) gifts.push(gift(issuance, pair.ducat, 150n), gift(stripe, pair.usd, 150n));
    }
    return this.post([...gifts, gift(issuance, treasury, 45n)]);
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
        await this.clock.advance(step.seconds * 1_000);
        return { model: null, database: null, items: [], swept: 0 };
      case 'state':
        return this.changeState(this.accountAt(step.account), step.state);
      case 'limits':
        return this.setLimits(this.accountAt(step.account), step.limits);
      case 'sweep': {
        await this.clock.advance(step.seconds * 1_000);
        const swept = await sweepPendings(this.database);
        return { model: await this.memory.expirePendings(), database: swept, items: [], swept };
      }
    }
  }

  async post(requests: TransferRequest[], isExternal = false): Promise<Answers> {
    this.batches.push(requests);
    const source = isExternal ? 'external' : 'internal';
    const ofModel = await this.memory.createTransfers(requests, { source });
    const results = await this.ledger.createTransfers(requests, { source });
    this.remember(requests, results);
    return {
      model: ofModel.map(timeless),
      database: results.map((result) => this.withoutTime(result)),
      items: this.itemsOf(requests, results),
      swept: 0,
    };
  }

  /** Asks both what a batch would do, and reads all books before and after. */
  async dryRun(requests: TransferRequest[], isExternal: boolean): Promise<Answers> {
    // A later step may ask for it in earnest.
    this.batches.push(requests);
    const before = await fingerprint(this.database);
    const source = isExternal ? 'external' : 'internal';
    const results = await this.ledger.dryRun(requests, { source });
    const after = await fingerprint(this.database);
    return {
      model: { results: (await this.memory.dryRun(requests, { source })).map(timeless), books: before },
      database: { results: results.map(timeless), books: after },
      items: this.itemsOf(requests, results),
      swept: 0,
    };
  }

  /** Ends what is pending, lets 75 days pass, and lets `work` put months into the archive. */
  async archive(work: () => Promise<void>): Promise<void> {
    for (const { id, debitAccountId: from, creditAccountId: to, kind } of this.model.openPendings()) {
      await this.post([move({ id: transferId(this.now()), from, to, kind, amountMinor: 0n, voidPendingId: id })]);
    }
    await this.clock.advance(75 * 86_400_000);
    await work();
    await this.clock.makeMonths();
    this.model.archive(await this.clock.archivedMonths());
  }

  /** The ledger's clock. */
  now(): Date {
    return this.clock.now();
  }

  /** What there is to compare: of every account, on every day that was named and those around it, of every limit. */
  async finalStates(): Promise<{ model: BooksReading; database: BooksReading }> {
    const question = {
      accountIds: this.opened.all,
      days: [...this.daysAround()].sort(),
      owners: [...this.limitedOwners],
      transferIds: [...new Set(this.batches.flat().map(({ id }) => keyOf(id)))].filter(isLedgerId),
    };
    const model = this.model.read(question, this.now().getTime());
    return { model, database: await readBooks(this.database, question) };
  }

  /** What both say through the port: everything about every account and id, and what was drawn to be asked. */
  readings(draw: ReadingDraw): Promise<{ model: unknown; database: unknown; refused: string[] }> {
    const ids = this.batches.flat().map(({ id }) => id);
    return this.compared.readings(draw, { ids, owners: [...this.limitedOwners] });
  }

  private daysAround(): Set<string> {
    const named = this.batches
      .flat()
      .flatMap(({ effectiveDate }) => effectiveDate ?? [])
      .filter(isDay);
    const all = [...this.clock.days, ...named].flatMap((date) => {
      const time = Date.parse(date);
      return [dayOf(time, -1), date, dayOf(time, 1)];
    });
    return new Set(all);
  }

  private accountAt(position: number): bigint {
    const { accounts } = this.opened;
    return accounts[position % accounts.length] ?? 0n;
  }

  private itemsOf(requests: readonly TransferRequest[], results: readonly TransferResult[]): Answers['items'] {
    return requests.flatMap((request, index) => {
      const result = results[index];
      return result === undefined ? [] : [{ request, result, originalMinor: this.originalMinor(request) }];
    });
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
    const owner = this.model.accounts().find((account) => account.id === accountId)?.owner ?? '';
    // Beyond what is used already: limits that stop everything or nothing show little.
    const limits = this.model.beyondUsed(owner, drawn, this.now().getTime());
    const given = limits.map(({ amountMinorMax, countMax, ...limit }) => ({
      ...limit,
      ...(amountMinorMax === null ? {} : { amountMinorMax }),
      ...(countMax === null ? {} : { countMax }),
    }));
    await this.ledger.setVelocityLimits(owner, given);
    await this.memory.setVelocityLimits(owner, given);
    this.limitedOwners.add(owner);
    return { model: null, database: null, items: [], swept: 0 };
  }

  private async changeState(accountId: bigint, state: 'open' | 'frozen' | 'closed'): Promise<Answers> {
    const answers = [this.memory, this.ledger].map((ledger) => {
      const change = { open: ledger.unfreeze, frozen: ledger.freeze, closed: ledger.close }[state];
      return codeOr(change.call(ledger, accountId));
    });
    const [model = null, database = null] = await Promise.all(answers);
    return { model, database, items: [], swept: 0 };
  }
}

function timeless(result: TransferResult): ModelResult {
  if (result.status === 'refused') return result;
  const { status, id, amountMinor } = result;
  return { status, id, amountMinor };
}
