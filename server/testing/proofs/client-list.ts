import { lookupTransfers, type StoredTransfer } from '#server/ledger/lookups.ts';
import { refusals } from '#server/ledger/refusals.ts';
import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import type { Database } from '#server/platform/db.ts';

/** How the books differ from what the client was told; every list is empty when they agree. */
export interface Differences {
  /** Acknowledged, and not in the books. */
  lost: string[];
  /** In the books with other content or another outcome than was acknowledged. */
  different: string[];
  /** More or fewer entries than one such transfer makes. */
  doubled: string[];
  /** Booked although the client was told that it was not, or never asked for it. */
  strangers: string[];
  /** Told twice, and not the same. */
  contradicted: string[];
}

interface Told {
  request: TransferRequest;
  result: TransferResult;
}

const finalCodes = new Set<string>(refusals.filter((refusal) => refusal.final).map((refusal) => refusal.name));
const chunkSize = 1_000;

/**
 * What a client asked for and was told, in its own memory: the only witness that survives the death of the server.
 * A total of the books proves nothing, because books that forgot a transfer as a whole still add up.
 */
export class ClientList {
  private readonly told = new Map<string, Told>();
  private readonly contradicted: string[] = [];
  private readonly open = new Set<readonly TransferRequest[]>();

  /** Called before a batch is sent: from here on its outcome is unknown. */
  sending(batch: readonly TransferRequest[]): void {
    this.open.add(batch);
  }

  /** Called with the answer. An id that was answered before must get the same answer. */
  answered(batch: readonly TransferRequest[], results: readonly TransferResult[]): void {
    this.open.delete(batch);
    batch.forEach((request, index) => {
      const result = results[index];
      if (result === undefined) throw new Error('a transfer got no answer');
      const before = this.told.get(request.id);
      if (before === undefined || !isKept(before.result)) this.told.set(request.id, { request, result });
      else if (!isSameAnswer(before.result, result)) this.contradicted.push(request.id);
    });
  }

  /** Batches that were sent and never answered. */
  get unknown(): (readonly TransferRequest[])[] {
    return [...this.open];
  }

  /** How many ids have an answer. */
  get size(): number {
    return this.told.size;
  }

  /** How many ids were booked. */
  get created(): number {
    return [...this.told.values()].filter(({ result }) => result.status !== 'refused').length;
  }

  async differences(database: Database): Promise<Differences> {
    const found: Differences = { lost: [], different: [], doubled: [], strangers: [], contradicted: this.contradicted };
    const all = [...this.told.values()];
    for (let from = 0; from < all.length; from += chunkSize) {
      await this.compare(database, { told: all.slice(from, from + chunkSize), found });
    }
    found.strangers.push(...(await this.neverAsked(database)));
    return found;
  }

  private async compare(database: Database, { told, found }: { told: Told[]; found: Differences }): Promise<void> {
    const ids = told.map(({ request }) => request.id);
    const stored = new Map((await lookupTransfers(database.client, ids)).map((row) => [row.id, row]));
    const groups = await database.client.ledgerEntry.groupBy({
      by: ['transferId'],
      where: { transferId: { in: ids } },
      _count: { version: true },
    });
    const entries = new Map(groups.map((group) => [group.transferId, group._count.version]));
    for (const { request, result } of told) {
      const row = stored.get(request.id);
      if (row === undefined) {
        if (isKept(result)) found.lost.push(request.id);
        continue;
      }
      if (!isAsTold(row, { request, result })) found.different.push(request.id);
      if ((entries.get(request.id) ?? 0) !== entriesOf(row)) found.doubled.push(request.id);
    }
  }

  /** The ledger itself ends overdue pendings; everything else in the books was asked for. */
  private async neverAsked(database: Database): Promise<string[]> {
    const rows = await database.client.$queryRaw<{ id: string; times: bigint }[]>`
      SELECT id::text, count(*) AS times FROM ledger.transfer WHERE action <> 5 GROUP BY id`;
    return rows.filter((row) => row.times !== 1n || !this.told.has(row.id)).map((row) => row.id);
  }
}

function isSameAnswer(first: TransferResult, second: TransferResult): boolean {
  if (first.status !== 'refused' && second.status !== 'refused') {
    return first.amountMinor === second.amountMinor && first.bookedAt.getTime() === second.bookedAt.getTime();
  }
  return first.status === 'refused' && second.status === 'refused' && first.code === second.code;
}

/** Whether the books must know the id. What a group's fate was is kept when its cause is, which only the cause says. */
function isKept(result: TransferResult): boolean {
  return result.status !== 'refused' || finalCodes.has(result.code);
}

function isAsTold(row: StoredTransfer, { request, result }: Told): boolean {
  const isOutcome =
    result.status === 'refused'
      ? row.refusal === result.code
      : row.refusal === null &&
        row.amountMinor === result.amountMinor &&
        row.bookedAt.getTime() === result.bookedAt.getTime();
  return (
    isOutcome &&
    row.debitAccountId === request.debitAccountId &&
    row.creditAccountId === request.creditAccountId &&
    row.requestedMinor === request.amountMinor &&
    row.kind === request.kind &&
    row.reference === (request.reference ?? null)
  );
}

/** A pending and its release change only the debit account; what moved nothing changes none. */
function entriesOf(row: StoredTransfer): number {
  if (row.refusal !== null) return 0;
  if (row.action === 'pending' || row.action === 'void') return 1;
  return row.amountMinor === 0n ? 0 : 2;
}
