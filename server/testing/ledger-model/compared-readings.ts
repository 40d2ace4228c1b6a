import type { StoredTransfer } from '#server/ledger/lookups.ts';
import type { BalanceMonitor } from '#server/ledger/monitors.ts';
import type { Ledger } from '#server/ledger/port.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import { codeOr } from './answers.ts';
import { ComparedTotals } from './compared-totals.ts';
import { entriesSince, readHistory, withFields } from './histories.ts';
import type { MemoryLedger } from './memory-ledger.ts';
import type { OpenedAccounts } from './opening.ts';
import { askMalformed } from './malformed-questions.ts';
import { ask, type ReadingDraw } from './questions.ts';

interface Compared {
  database: TestDatabase;
  ledger: Ledger;
  memory: MemoryLedger;
  /** Ids that PostgreSQL gave and the model is to give next. */
  newIds: bigint[];
  opened: OpenedAccounts;
  beginning: Date;
}

/** The same questions to both implementations of the port. */
export class ComparedReadings {
  private readonly database: TestDatabase;
  private readonly ledger: Ledger;
  private readonly memory: MemoryLedger;
  private readonly newIds: bigint[];
  private readonly opened: OpenedAccounts;
  private readonly beginning: Date;
  private readonly monitorIds = new Set<bigint>();
  private readonly totals: ComparedTotals;

  constructor({ database, ledger, memory, newIds, opened, beginning }: Compared) {
    this.totals = new ComparedTotals({ database, ledger, memory });
    this.database = database;
    this.ledger = ledger;
    this.memory = memory;
    this.newIds = newIds;
    this.opened = opened;
    this.beginning = beginning;
  }

  /** Reads what groups hold before anything happens, and sets monitors on both sides. */
  async begin(monitors: readonly BalanceMonitor[]): Promise<{ model: unknown[]; database: unknown[] }> {
    await this.totals.begin();
    return this.setMonitors(monitors);
  }

  /** What both say through the port: everything about every account and id, and what was drawn to be asked. */
  async readings(
    { questions, malformed }: ReadingDraw,
    { ids, owners }: { ids: readonly string[]; owners: readonly string[] },
  ): Promise<{ model: unknown; database: unknown; refused: string[] }> {
    const moments = await this.nameBookings(ids);
    const accounts = this.memory.model.accounts();
    const scene = { accounts, beginning: this.beginning, moments };
    const refused: string[] = [];
    const read = async (ledger: Ledger): Promise<unknown> => {
      const answers: unknown[] = [];
      for (const draw of questions) answers.push({ draw, answer: await codeOr(ask(ledger, draw, scene)) });
      for (const draw of malformed) {
        const given = await askMalformed(ledger, draw, scene);
        answers.push({ draw, answer: given });
        refused.push(...given.filter((answer) => typeof answer === 'string'));
      }
      const histories: unknown[] = [];
      for (const { id } of accounts) histories.push(await readHistory(ledger, id, this.beginning));
      const transfers = await ledger.lookupTransfers([...ids]);
      return { answers, histories, transfers, ...(await this.readAccounts(ledger, owners)) };
    };
    const [model, database] = [await read(this.memory), await read(withFields(this.ledger))];
    const totals = await this.totals.changes();
    const crossings = await this.takeCrossings();
    return {
      model: { read: model, totals: totals.model, crossings: crossings.model },
      database: { read: database, totals: totals.database, crossings: crossings.database },
      refused,
    };
  }

  private async readAccounts(
    ledger: Ledger,
    owners: readonly string[],
  ): Promise<{ accounts: unknown; limits: unknown }> {
    const accounts = await ledger.lookupAccounts([...this.opened.all, 10n ** 15n]);
    const limits: unknown[] = [];
    for (const owner of owners) limits.push(await ledger.velocityLimits(owner));
    // What an account of the house booked before this sequence is nothing that the model knows.
    const shown = accounts.map((account) => {
      return account.owner === 'house' ? { ...account, openDay: null, openDayNetMinor: null } : account;
    });
    return { accounts: shown, limits };
  }

  /** Tells the model what PostgreSQL made up: ids of expiries, and times. Returns the times, in order. */
  private async nameBookings(asked: readonly string[]): Promise<Date[]> {
    const ids = new Set(asked);
    for (const accountId of this.opened.all) {
      for (const entry of await entriesSince(this.ledger, accountId, this.beginning)) ids.add(entry.transferId);
    }
    const stored: StoredTransfer[] = await this.ledger.lookupTransfers([...ids]);
    const ownTimes = new Map((await this.memory.lookupTransfers([...ids])).map(({ id, bookedAt }) => [id, bookedAt]));
    for (const transfer of stored) {
      const own = ownTimes.get(transfer.id) ?? transfer.bookedAt;
      invariant(Math.abs(own.getTime() - transfer.bookedAt.getTime()) < 20_000, 'the model knows about when it was');
      this.memory.nameBooking(transfer);
    }
    return stored.map(({ bookedAt }) => bookedAt).sort((left, right) => left.getTime() - right.getTime());
  }

  private async setMonitors(drawn: readonly BalanceMonitor[]): Promise<{ model: unknown[]; database: unknown[] }> {
    const answers: { model: unknown[]; database: unknown[] } = { model: [], database: [] };
    for (const watched of drawn) {
      const id = await codeOr(this.ledger.setMonitor(watched));
      if (typeof id === 'bigint' && !this.monitorIds.has(id)) {
        this.newIds.push(id);
        this.monitorIds.add(id);
      }
      answers.database.push(id);
      answers.model.push(await codeOr(this.memory.setMonitor(watched)));
    }
    // What earlier sequences left to be taken is none of this one's.
    await this.drainCrossings();
    return answers;
  }

  /** How many there were in all; then nobody watches any more. */
  private async takeCrossings(): Promise<{ model: unknown; database: unknown }> {
    const database = { taken: await this.drainCrossings(), removed: [] as boolean[] };
    const model = { taken: await this.memory.takeCrossings(), removed: [] as boolean[] };
    for (const id of [...this.monitorIds, ...this.monitorIds]) {
      database.removed.push(await this.ledger.removeMonitor(id));
      model.removed.push(await this.memory.removeMonitor(id));
    }
    return { model, database };
  }

  /** A transaction of another database may hold some back for a moment. */
  private async drainCrossings(): Promise<number> {
    let taken = 0;
    while ((await this.database.client.ledgerMonitorEvent.count()) > 0) taken += await this.ledger.takeCrossings();
    return taken;
  }
}
