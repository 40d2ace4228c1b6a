import { setAccountGroup, type AccountGroup } from '#server/ledger/groups.ts';
import type { Ledger } from '#server/ledger/port.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import { untilSettled } from '#server/testing/ledger-contention.ts';
import type { MemoryLedger } from './memory-ledger.ts';

interface Compared {
  database: TestDatabase;
  ledger: Ledger;
  memory: MemoryLedger;
}

/** Figures of all groups, one group after the other, in minor units. */
interface Totals {
  model: bigint[];
  database: bigint[];
}

const groups: readonly AccountGroup[] = [
  { name: 'model_wallets', asset: 'DUCAT', kinds: ['wallet', 'escrow'] },
  { name: 'model_house', asset: 'DUCAT', kinds: ['issuance', 'treasury', 'liquidity'] },
  { name: 'model_dollars', asset: 'USD', kinds: ['liquidity', 'receivable'] },
];

/** What groups hold and what of it is folded; in PostgreSQL there are accounts of earlier sequences in them. */
export class ComparedTotals {
  private readonly compared: Compared;
  private before: Totals = { model: [], database: [] };

  constructor(compared: Compared) {
    this.compared = compared;
  }

  /** Folds all there is, and remembers what is held then. */
  async begin(): Promise<void> {
    const { database, memory } = this.compared;
    for (const group of groups) {
      await database.inTransaction((tx) => setAccountGroup(tx, group));
      memory.setGroup(group);
    }
    await this.fold();
    this.before = await this.read();
  }

  /** What changed since: before anything of it is folded, and when all of it is. */
  async changes(): Promise<{ model: unknown; database: unknown }> {
    const unfolded = this.since(await this.read());
    await this.fold();
    const folded = this.since(await this.read());
    return {
      model: { unfolded: unfolded.model, folded: folded.model },
      database: { unfolded: unfolded.database, folded: folded.database },
    };
  }

  private async fold(): Promise<void> {
    const { database, ledger, memory } = this.compared;
    await untilSettled(database);
    await ledger.foldGroups();
    await memory.foldGroups();
  }

  private async read(): Promise<Totals> {
    const { ledger, memory } = this.compared;
    return { model: await figuresOf(memory), database: await figuresOf(ledger) };
  }

  private since({ model, database }: Totals): Totals {
    const changed = (figures: readonly bigint[], before: readonly bigint[]) =>
      figures.map((figure, index) => figure - (before[index] ?? 0n));
    return { model: changed(model, this.before.model), database: changed(database, this.before.database) };
  }
}

async function figuresOf(ledger: Ledger): Promise<bigint[]> {
  const figures: bigint[] = [];
  for (const { name } of groups) {
    const { totalMinor, reservedMinor, availableMinor, ...split } = await ledger.groupTotal(name);
    const { foldedMinor, foldedReservedMinor, tailMinor, tailReservedMinor } = split;
    figures.push(totalMinor, reservedMinor, availableMinor);
    figures.push(foldedMinor, foldedReservedMinor, tailMinor, tailReservedMinor);
  }
  return figures;
}
