import { setAccountGroup, type AccountGroup } from '#server/ledger/groups.ts';
import type { Ledger } from '#server/ledger/port.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import { untilSettled } from '#server/testing/ledger-contention.ts';
import type { MemoryLedger } from './memory-ledger.ts';

interface Compared {
  database: TestDatabase;
  ledger: Ledger;
  memory: MemoryLedger;
}

/** What a group holds and how much of it is folded, in minor units. */
interface Figures {
  total: bigint;
  reserved: bigint;
  available: bigint;
  folded: bigint;
  foldedReserved: bigint;
  tail: bigint;
  tailReserved: bigint;
}

/** Of all groups, in their order. */
interface Totals {
  model: Figures[];
  database: Figures[];
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

  /** Folds what can be folded, and remembers what is held then. */
  async begin(): Promise<void> {
    const { database, ledger, memory } = this.compared;
    for (const group of groups) {
      await database.inTransaction((tx) => setAccountGroup(tx, group));
      memory.setGroup(group);
    }
    await ledger.foldGroups();
    await memory.foldGroups();
    this.before = await this.read();
  }

  /** What changed since: before anything of it is folded, and when everything is. */
  async changes(): Promise<{ model: unknown; database: unknown }> {
    const { database, ledger, memory } = this.compared;
    const unfolded = await this.read();
    await untilSettled(database);
    await ledger.foldGroups();
    await memory.foldGroups();
    const folded = await this.read();
    const { before } = this;
    const changed = (side: keyof Totals) => ({
      unfolded: differences(unfolded[side], before[side]),
      folded: differences(folded[side], before[side].map(allFolded)),
    });
    return { model: changed('model'), database: changed('database') };
  }

  private async read(): Promise<Totals> {
    const { ledger, memory } = this.compared;
    return { model: await figuresOf(memory), database: await figuresOf(ledger) };
  }
}

async function figuresOf(ledger: Ledger): Promise<Figures[]> {
  const figures: Figures[] = [];
  for (const { name } of groups) {
    const {
      totalMinor: total,
      reservedMinor: reserved,
      availableMinor: available,
      ...split
    } = await ledger.groupTotal(name);
    const { foldedMinor: folded, foldedReservedMinor: foldedReserved, tailMinor: tail } = split;
    figures.push({ total, reserved, available, folded, foldedReserved, tail, tailReserved: split.tailReservedMinor });
  }
  return figures;
}

/** The same holdings without a tail: how much of it earlier sequences left depends on what else the server did. */
function allFolded(figures: Figures): Figures {
  return { ...figures, folded: figures.total, foldedReserved: figures.reserved, tail: 0n, tailReserved: 0n };
}

function differences(after: readonly Figures[], before: readonly Figures[]): bigint[] {
  return after.flatMap((figures, index) => {
    const earlier = before[index];
    invariant(earlier !== undefined, 'the same groups were read before');
    return (Object.keys(figures) as (keyof Figures)[]).map((name) => figures[name] - earlier[name]);
  });
}
