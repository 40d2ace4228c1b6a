import { refusals, type RefusalCode } from '#server/ledger/refusals.ts';
import type { RefusedTransfer, TransferRequest } from '#server/ledger/schema.ts';
import { invariant } from '#server/platform/invariant.ts';
import { decide, expireOverdue } from './decision.ts';
import { differingField, familiarity } from './repetition.ts';
import { balanceOn, conversionsIn, usesOf } from './model-readings.ts';
import type { BooksQuestion, BooksReading, DayReading } from './readings.ts';
import { usedOf } from './demands.ts';
import { faultOf, type Moment } from './soundness.ts';
import {
  copyOf,
  emptyBooks,
  keyOf,
  type ModelAccount,
  type ModelBooks,
  type ModelLimit,
  type ModelRefusal,
} from './state.ts';

const limitMinorMax = 10n ** 15n;

/** As `TransferResult`, without the time, which only the database knows. */
export type ModelResult = { status: 'created' | 'exists'; id: string; amountMinor: bigint } | RefusedTransfer;

/**
 * The ledger a second time: in memory, one item after the other, written from server/ledger/README.md and not from
 * the SQL. It is slow and plain on purpose. A group is tried on a copy of the books, and the copy is kept or thrown away.
 */
export class LedgerModel {
  private books: ModelBooks = emptyBooks();
  breakerOpen = false;

  addAccount(account: ModelAccount): void {
    this.books.accounts.set(account.id, account);
  }

  /** No request can give an overdraft; this is what an operator would do by hand. */
  setFloor(accountId: bigint, floorMinor: bigint): void {
    const account = this.books.accounts.get(accountId);
    invariant(account !== undefined, 'the account was opened');
    this.books.accounts.set(accountId, { ...account, floorMinor });
  }

  /** What is decided so far, to be read and not to be changed. */
  decided(): ModelBooks {
    return this.books;
  }

  /** From now on posting knows nothing of ids made in these milliseconds; every reading does. */
  archive(months: { from: number; until: number }): void {
    this.books.archived = months;
  }

  /** The pendings that nothing ended yet, as they were asked for. */
  openPendings(): TransferRequest[] {
    return [...this.books.transfers].flatMap(([id, { request }]) =>
      this.books.pendings.get(id)?.state === 'open' ? [request] : [],
    );
  }

  accounts(): ModelAccount[] {
    return [...this.books.accounts.values()];
  }

  /** One result per request, in order. */
  post(requests: readonly TransferRequest[], moment: Moment): ModelResult[] {
    if (this.breakerOpen) return requests.map((request) => refused(request, { code: 'breaker_open' }));
    const named = requests.flatMap((request) => [request.debitAccountId, request.creditAccountId]);
    expireOverdue(this.books, new Set(named), moment.now);
    return groupsOf(requests).flatMap((group) => this.postGroup(group, moment));
  }

  /** What `post` would answer, decided in books that nobody keeps. */
  dryRun(requests: readonly TransferRequest[], moment: Moment): ModelResult[] {
    const kept = this.books;
    this.books = copyOf(kept);
    const results = this.post(requests, moment);
    this.books = kept;
    return results;
  }

  /** The same reading as of the database. */
  read({ accountIds, days, owners }: BooksQuestion, now: number): BooksReading {
    const accounts = accountIds.flatMap((id) => this.books.accounts.get(id) ?? []);
    accounts.sort((left, right) => (left.id < right.id ? -1 : 1));
    return {
      accounts: accounts.map(({ id, balanceMinor, reservedMinor, version, frozen, closed }) => {
        return { id, balance: balanceMinor, reserved: reservedMinor, version, frozen, closed };
      }),
      days: accounts.flatMap((account) => days.map((day): DayReading => [account.id, day, balanceOn(account, day)])),
      limits: owners.flatMap((owner) => usesOf(this.books, owner, now)).sort(),
      conversions: conversionsIn(this.books).sort(),
    };
  }

  /** The same limits, each wider by what of it is used already. */
  beyondUsed(owner: string, limits: readonly ModelLimit[], now: number): ModelLimit[] {
    return limits.map((limit) => {
      const used = usedOf(this.books, { limit, owner, now });
      const { amountMinorMax, countMax } = limit;
      return {
        ...limit,
        amountMinorMax: amountMinorMax === null ? null : leastOf(amountMinorMax + used.amountMinor, limitMinorMax),
        countMax: countMax === null ? null : countMax + used.count,
      };
    });
  }

  /** Replaces all limits of an owner. What the owner did before counts: it was never forgotten. */
  setLimits(owner: string, limits: readonly ModelLimit[]): void {
    this.books.limits.set(owner, limits);
  }

  /** Ends every pending whose time is over; returns how many. */
  sweep(now: number): number {
    return this.breakerOpen ? 0 : expireOverdue(this.books, new Set(this.books.accounts.keys()), now);
  }

  /** Returns what hinders it, or null when the account is in that state now. */
  setAccountState(accountId: bigint, state: 'open' | 'frozen' | 'closed'): string | null {
    const account = this.books.accounts.get(accountId);
    if (account === undefined) return 'account_not_found';
    if (account.isHouse && state !== 'open') return 'house_account';
    const isEmpty = account.balanceMinor === 0n && account.reservedMinor === 0n;
    if (state === 'closed' && !isEmpty) return 'account_not_empty';
    this.books.accounts.set(accountId, { ...account, frozen: state === 'frozen', closed: state === 'closed' });
    return null;
  }

  private postGroup(group: readonly TransferRequest[], moment: Moment): ModelResult[] {
    if (group.at(-1)?.linked === true) return group.map((request) => refused(request, { code: 'linked_group_open' }));
    const known = familiarity(this.books, group);
    if (known === 'mismatch') return group.map((request) => refused(request, { code: 'linked_group_mismatch' }));
    if (known === 'repeated') return this.repeatGroup(group);
    for (const [position, request] of group.entries()) {
      const code = faultOf(this.books, { request, previous: group[position - 1] }, moment);
      if (code !== null) return groupRefused(group, position, { code });
    }
    return this.decideGroup(group, moment.now);
  }

  private repeatGroup(group: readonly TransferRequest[]): ModelResult[] {
    const results: ModelResult[] = [];
    for (const [position, request] of group.entries()) {
      const decided = this.books.transfers.get(keyOf(request.id));
      invariant(decided !== undefined, 'a repeated group was decided');
      const field = differingField(decided, request);
      if (field !== null) return groupRefused(group, position, { code: 'id_content_mismatch', field });
      results.push(
        decided.refusal === null
          ? { status: 'exists', id: request.id, amountMinor: decided.amountMinor }
          : { ...refused(request, decided.refusal), replayed: true },
      );
    }
    return results;
  }

  private decideGroup(group: readonly TransferRequest[], now: number): ModelResult[] {
    // A single item that is refused leaves the books alone; only a group can leave them half changed.
    const trial = group.length === 1 ? this.books : copyOf(this.books);
    const results: ModelResult[] = [];
    for (const [position, request] of group.entries()) {
      const decision = decide(trial, request, now);
      if ('refusal' in decision) {
        const refusedAll = groupRefused(group, position, decision.refusal);
        if (definitionOf(decision.refusal.code).final) record(this.books, group, { results: refusedAll, time: now });
        return refusedAll;
      }
      const result: ModelResult = { status: 'created', id: request.id, amountMinor: decision.amountMinor };
      record(trial, group, { results: [result], time: now });
      results.push(result);
    }
    this.books = trial;
    return results;
  }
}

/** Writes down for good what became of some items of a group. */
function record(
  books: ModelBooks,
  group: readonly TransferRequest[],
  { results, time }: { results: readonly ModelResult[]; time: number },
): void {
  for (const result of results) {
    const request = group.find((candidate) => candidate.id === result.id);
    const groupFirstId = group[0]?.id;
    const previousId = request === undefined ? undefined : group[group.indexOf(request) - 1]?.id;
    invariant(request !== undefined && groupFirstId !== undefined, 'a result belongs to an item of its group');
    books.transfers.set(keyOf(result.id), {
      request,
      refusal: result.status === 'refused' ? { code: result.code, field: result.field } : null,
      amountMinor: result.status === 'refused' ? 0n : result.amountMinor,
      groupFirstId: keyOf(groupFirstId),
      groupSize: group.length,
      previousId: previousId === undefined ? null : keyOf(previousId),
      time,
    });
  }
}

function leastOf(left: bigint, right: bigint): bigint {
  return left < right ? left : right;
}

function groupsOf(requests: readonly TransferRequest[]): TransferRequest[][] {
  const groups: TransferRequest[][] = [];
  let isContinued = false;
  for (const request of requests) {
    const last = groups.at(-1);
    if (isContinued && last !== undefined) last.push(request);
    else groups.push([request]);
    isContinued = request.linked ?? false;
  }
  return groups;
}

/** One item is refused for its own sake, the others because they are tied to it. */
function groupRefused(group: readonly TransferRequest[], position: number, refusal: ModelRefusal): ModelResult[] {
  return group.map((request, index) =>
    refused(request, index === position ? refusal : { code: 'linked_group_failed' }),
  );
}

function refused(request: TransferRequest, refusal: ModelRefusal): RefusedTransfer {
  const field = refusal.field ?? definitionOf(refusal.code).field;
  const answer: RefusedTransfer = { status: 'refused', id: request.id, code: refusal.code, replayed: false };
  return field === null ? answer : { ...answer, field };
}

function definitionOf(code: RefusalCode): (typeof refusals)[number] {
  const definition = refusals.find((candidate) => candidate.name === code);
  invariant(definition !== undefined, 'every refusal is listed');
  return definition;
}
