import { closeAccount, freezeAccount, openAccount, systemAccountId, unfreezeAccount } from '#server/ledger/accounts.ts';
import { closeBreaker, openBreaker } from '#server/ledger/breaker.ts';
import { sweepPendings } from '#server/ledger/jobs.ts';
import { accountKinds, assets } from '#server/ledger/kinds.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import { post } from '#server/ledger/transfers.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { timeOfUuidv7 } from '#server/platform/ids.ts';
import { invariant } from '#server/platform/invariant.ts';
import { asSuperuser, type TestDatabase } from '#server/testing/database.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import type { StepDraw } from './draws.ts';
import { LedgerModel, type ModelResult } from './ledger-model.ts';
import { requestOf } from './requests.ts';
import type { Moment } from './soundness.ts';
import { keyOf, relatedIdOf } from './state.ts';

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

const ducats = ['wallet', 'wallet', 'wallet', 'wallet', 'wallet', 'escrow'] as const;
const timeoutMax = 600_000;

/** The ledger in PostgreSQL and its model, with the same few accounts, taking the same steps. */
export class SideBySide {
  private readonly database: TestDatabase;
  private readonly model = new LedgerModel();
  private accounts: bigint[] = [];
  private offset = 0;
  private months = { from: 0, until: 0 };
  private readonly batches: TransferRequest[][] = [];
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
    await both.openAccounts();
    const [issuance = 0n, treasury = 0n, rich = 0n, poor = 0n, , small = 0n] = both.accounts;
    const gift = (to: bigint, amountMinor: bigint): TransferRequest =>
      move({ id: transferId(both.now()), from: issuance, to, amountMinor });
    const gifts = [gift(rich, 400n), gift(poor, 70n), gift(small, 40n), gift(treasury, 45n)];
    return { both, answers: await both.post(gifts) };
  }

  async take(step: StepDraw): Promise<Answers> {
    switch (step.type) {
      case 'batch':
        return this.takeBatch(step);
      case 'again':
        return this.post(this.batches.at(-1 - step.target)?.slice(step.skip) ?? []);
      case 'clock':
        await this.advance(step.seconds * 1_000);
        return { model: null, database: null, items: [], swept: 0 };
      case 'state':
        return this.changeState(this.accounts[step.account % this.accounts.length] ?? 0n, step.state);
      case 'sweep': {
        await this.advance(step.seconds * 1_000);
        const swept = await sweepPendings(this.database);
        return { model: this.model.sweep(this.now().getTime()), database: swept, items: [], swept };
      }
    }
  }

  async post(requests: TransferRequest[], isExternal = false): Promise<Answers> {
    this.batches.push(requests);
    const moment: Moment = {
      now: this.now().getTime(),
      monthsFrom: this.months.from,
      monthsUntil: this.months.until,
      isExternal,
    };
    const source = isExternal ? 'external' : 'internal';
    const results = await this.database.inTransaction((tx) => post(tx, requests, { source }));
    this.remember(requests, results);
    return {
      model: this.model.post(requests, moment),
      database: results.map((result) => this.withoutTime(result)),
      items: requests.flatMap((request, index) => {
        const result = results[index];
        return result === undefined ? [] : [{ request, result, originalMinor: this.originalMinor(request) }];
      }),
      swept: 0,
    };
  }

  /** The ledger's clock. */
  now(): Date {
    return new Date(Date.now() + this.offset);
  }

  /** Balance, reserved amount, version and state of every account. */
  async finalStates(): Promise<{ model: unknown; database: unknown }> {
    const states = this.model.accounts().map((account) => ({
      id: account.id,
      balance: account.balanceMinor,
      reserved: account.reservedMinor,
      version: account.version,
      frozen: account.frozen,
      closed: account.closed,
    }));
    const rows = await this.database.client.ledgerAccount.findMany({
      where: { id: { in: states.map((state) => state.id) } },
      select: { id: true, balance: true, reserved: true, version: true, frozen: true, closed: true },
      orderBy: { id: 'asc' },
    });
    return { model: states.sort((left, right) => (left.id < right.id ? -1 : 1)), database: rows };
  }

  /** Lets what earlier sequences reserved on accounts of the house run out: the clock only ever goes forward. */
  private async startClock(): Promise<void> {
    await ensurePartitions(this.database.client);
    const control = await this.database.client.ledgerControl.findFirstOrThrow();
    invariant(control.idsFrom !== null && control.idsUntil !== null, 'there are months');
    this.months = { from: timeOfUuidv7(control.idsFrom).getTime(), until: timeOfUuidv7(control.idsUntil).getTime() };
    this.offset = Number(control.clockOffsetMicroseconds / 1_000n);
    await this.advance(timeoutMax + 1_000);
    await sweepPendings(this.database);
  }

  private async advance(milliseconds: number): Promise<void> {
    this.offset += milliseconds;
    await this.database.client.$queryRaw`SELECT ledger.set_clock_offset(${this.offset * 1_000}::bigint)::text`;
  }

  private async openAccounts(): Promise<void> {
    const house = [systemAccountId('issuance', 'DUCAT'), systemAccountId('treasury', 'DUCAT')];
    const bank = systemAccountId('bank', 'USD');
    const own = await this.database.inTransaction(async (tx) => {
      const opened: bigint[] = [];
      for (const kind of ducats) opened.push(await openAccount(tx, { owner: transferId(), kind, asset: 'DUCAT' }));
      return opened;
    });
    const [rich = 0n, poor = 0n, credit = 0n, small = 0n] = own;
    // The product has no account with a ceiling or an overdraft yet; the ledger knows both.
    await asSuperuser(
      this.database,
      `UPDATE ledger.account SET floor = CASE WHEN id = ${String(credit)} THEN -30 ELSE floor END,
         ceiling = CASE WHEN id = ${String(small)} THEN 60 END WHERE id IN (${String(credit)}, ${String(small)})`,
    );
    this.accounts = [...house, ...own, rich, rich, poor, small];
    const rows = await this.database.client.ledgerAccount.findMany({ where: { id: { in: [...this.accounts, bank] } } });
    for (const { balance, reserved, floor, ceiling, ...row } of rows) {
      const asset = row.asset === assets.USD ? 'USD' : 'DUCAT';
      const isHouse = accountKinds.some((kind) => kind.houseAccountId === row.id);
      const amounts = { balanceMinor: balance, reservedMinor: reserved, floorMinor: floor, ceilingMinor: ceiling };
      const { id, version, frozen, closed } = row;
      this.model.addAccount({ id, version, frozen, closed, asset, isHouse, ...amounts });
    }
  }

  private async takeBatch(batch: Batch): Promise<Answers> {
    const requests: TransferRequest[] = [];
    const otherAssetAccount = systemAccountId('bank', 'USD');
    const fixed = { accounts: this.accounts, otherAssetAccount, refusedIds: this.refusedIds, endedIds: this.endedIds };
    const answered = this.batches.flat();
    for (const [index, item] of batch.items.entries()) {
      const around = { ...fixed, answeredCount: answered.length, earlier: [...answered, ...requests] };
      const request = requestOf(item, { ...around, now: this.now().getTime() });
      const isLast = index === batch.items.length - 1;
      requests.push(isLast && item.isAimed ? { ...request, linked: false } : request);
    }
    if (!batch.isBreakerOpen) return this.post(requests, batch.isExternal);
    const change = { actor: 'model test', reason: 'drawn' };
    await this.database.inTransaction((tx) => openBreaker(tx, change));
    this.model.breakerOpen = true;
    const answers = await this.post(requests, batch.isExternal);
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
    const { status, id, amountMinor, bookedAt } = result;
    const key = keyOf(id);
    if (status === 'created') this.bookedAt.set(key, bookedAt.getTime());
    invariant(this.bookedAt.get(key) === bookedAt.getTime(), `the first answer for ${id} had another time`);
    return { status, id, amountMinor };
  }

  /** The amount of the transfer that this one ends or reverses. */
  private originalMinor(request: TransferRequest): bigint | null {
    const relatedId = relatedIdOf(request);
    if (relatedId === null) return null;
    const related = this.batches.flat().find((candidate) => keyOf(candidate.id) === relatedId);
    return related?.amountMinor ?? null;
  }

  private async changeState(accountId: bigint, state: 'open' | 'frozen' | 'closed'): Promise<Answers> {
    const change = { open: unfreezeAccount, frozen: freezeAccount, closed: closeAccount }[state];
    const hindrance = await this.database
      .inTransaction((tx) => change(tx, accountId))
      .then(
        () => null,
        (error: unknown) => {
          if (isDomainError(error)) return error.code;
          throw error;
        },
      );
    return { model: this.model.setAccountState(accountId, state), database: hindrance, items: [], swept: 0 };
  }
}
