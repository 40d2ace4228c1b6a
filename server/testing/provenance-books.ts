import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { post } from '#server/ledger/transfers.ts';
import { systemIds } from '#server/platform/ids.ts';
import { noteHold, noteLotFacts, noteTake, type LotFacts } from '#server/provenance/notes.ts';
import type { LotSource } from '#server/provenance/lots.ts';
import type { TakeRule } from '#server/provenance/schema.ts';
import type { TestDatabase } from './database.ts';
import { ledgerClock, type LedgerClock } from './ledger-clock.ts';
import { transferId } from './ledger.ts';
import { ProvenanceModel, type ModelRule, type ModelTransfer } from './provenance-model.ts';

/** What a test does to PostgreSQL and to the naive model at once. */
export interface ProvenanceBooks {
  readonly database: TestDatabase;
  readonly model: ProvenanceModel;
  readonly clock: LedgerClock;
  readonly house: Record<'issuance' | 'treasury' | 'promotion' | 'fees' | 'suspense', bigint>;
  open: (kind: 'wallet' | 'escrow') => Promise<bigint>;
  /** Posts one linked group with what is said of its legs. Returns the ids of the legs. */
  book: (legs: readonly Leg[]) => Promise<string[]>;
  /** Seconds from the ledger's present; null lifts it altogether. */
  hold: (
    target: { source: LotSource } | { accountId: bigint },
    seconds: number | null,
    isLift?: boolean,
  ) => Promise<void>;
  /** The ledger's present, in microseconds. */
  now: () => Promise<bigint>;
}

export interface Leg {
  from: bigint;
  to: bigint;
  amount: bigint;
  kind?: TransferRequest['kind'];
  note?: Omit<LotFacts, 'transferId' | 'expiresAt'> & { expiresAt?: Date };
  rule?: TakeRule;
  reversesId?: string;
}

export function provenanceBooks(database: TestDatabase): ProvenanceBooks {
  const model = new ProvenanceModel();
  const clock = ledgerClock(database);
  const names = ['issuance', 'treasury', 'promotion', 'fees', 'suspense'] as const;
  const house = Object.fromEntries(
    names.map((name) => [name, systemAccountId(name, 'DUCAT')]),
  ) as ProvenanceBooks['house'];
  for (const name of names) model.open(house[name], name);
  const now = async () => {
    const rows = await database.client.$queryRaw<{ at: bigint }[]>`
      SELECT (extract(epoch FROM ledger.now()) * 1000000)::bigint AS at`;
    return rows[0]?.at ?? 0n;
  };
  return {
    database,
    model,
    clock,
    house,
    open: async (kind) => {
      const id = await database.inTransaction((tx) => openAccount(tx, { owner: transferId(), kind, asset: 'DUCAT' }));
      model.open(id, kind);
      return id;
    },
    book: (legs) => bookBoth(database, { model, clock }, legs),
    hold: async (target, seconds, isLift = false) => {
      const at = new Date();
      const until = seconds === null ? null : new Date((await clock.now()).getTime() + seconds * 1_000);
      const usual = { ...target, reason: 'A reason.', at, ids: systemIds };
      await database.inTransaction((tx) =>
        noteHold(tx, isLift ? { ...usual, holdUntil: until, isLift: true } : { ...usual, holdUntil: until ?? at }),
      );
      const rows = await database.client.$queryRaw<{ at: bigint }[]>`
        SELECT (extract(epoch FROM max(effective_at)) * 1000000)::bigint AS at FROM lot_hold`;
      model.hold({
        ...('source' in target ? { source: keyOf(target.source) } : { accountId: target.accountId }),
        until: isLift && until === null ? null : microsOf(until ?? at),
        isLift,
        at: rows[0]?.at ?? 0n,
      });
    },
    now,
  };
}

async function bookBoth(
  database: TestDatabase,
  { model, clock }: { model: ProvenanceModel; clock: LedgerClock },
  legs: readonly Leg[],
): Promise<string[]> {
  const time = await clock.now();
  const made = legs.map((leg) => ({ ...leg, id: transferId(time) }));
  await database.inTransaction(async (tx) => {
    for (const { id, note, rule } of made) {
      if (note !== undefined) await noteLotFacts(tx, [{ expiresAt: null, ...note, transferId: id }]);
      if (rule !== undefined) await noteTake(tx, { transferId: id, rule });
    }
    const results = await post(
      tx,
      made.map(({ id, from, to, amount, kind, reversesId }, index) => ({
        id,
        debitAccountId: from,
        creditAccountId: to,
        amountMinor: amount,
        kind: kind ?? 'adjustment',
        linked: index < made.length - 1,
        ...(reversesId === undefined ? {} : { reversesId }),
      })),
    );
    const refused = results.find(({ status }) => status === 'refused');
    if (refused !== undefined) throw new Error(`refused: ${JSON.stringify(refused)}`);
  });
  const rows = await database.client.$queryRaw<{ id: string; at: bigint }[]>`
    SELECT id::text, (extract(epoch FROM booked_at) * 1000000)::bigint AS at FROM ledger.transfer
    WHERE id = ANY (${made.map(({ id }) => id)}::uuid[])`;
  for (const leg of made) model.book(modelTransfer(leg, rows.find(({ id }) => id === leg.id)?.at ?? 0n));
  return made.map(({ id }) => id);
}

function modelTransfer(leg: Leg & { id: string }, at: bigint): ModelTransfer {
  const { id, from, to, amount, kind = 'adjustment', note, rule, reversesId } = leg;
  const transfer: ModelTransfer = { id, from, to, amount, kind, at };
  if (note !== undefined) {
    const { holdUntil, expiresAt } = note;
    transfer.note = {
      kind: note.kind,
      source: keyOf(note.source),
      holdUntil: holdUntil === null ? null : microsOf(holdUntil),
      expiresAt: expiresAt === undefined ? null : microsOf(expiresAt),
    };
  }
  const asked = rule ?? (reversesId === undefined ? undefined : { returnOf: reversesId });
  const known = asked === undefined ? null : modelRule(asked);
  return known === null ? transfer : { ...transfer, rule: known };
}

function modelRule(rule: TakeRule): ModelRule | null {
  if ('source' in rule) {
    const source = keyOf(rule.source);
    return rule.kind === undefined ? { source } : { source, kind: rule.kind };
  }
  if ('heldEarnedOf' in rule) return { heldEarnedOf: keyOf(rule.heldEarnedOf) };
  if ('anyUnreserved' in rule) return null;
  return rule;
}

export function keyOf({ type, id }: LotSource): string {
  return `${type} ${id}`;
}

export function microsOf(time: Date): bigint {
  return BigInt(time.getTime()) * 1_000n;
}

/** All rows of the projection, table by table, as text: of the list of an account those lots that it has. */
export async function lotsInFull({ client }: TestDatabase): Promise<Record<string, string | null>> {
  const rows = await client.$queryRaw<{ name: string; text: string | null }[]>`
    SELECT 'lot' AS name, string_agg(t::text, E'\n' ORDER BY t.serial_from) AS text FROM lot t
    UNION ALL SELECT 'lot_fact', string_agg(t::text, E'\n' ORDER BY t.id) FROM lot_fact t
    UNION ALL SELECT 'lot_move', string_agg(t::text, E'\n' ORDER BY t.transfer_id) FROM lot_move t
    UNION ALL SELECT 'lot_restored', string_agg(t::text, E'\n' ORDER BY t.transfer_id, t.fact_id) FROM lot_restored t
    UNION ALL SELECT 'lot_defect', string_agg(t::text, E'\n' ORDER BY t.transfer_id, t.code) FROM lot_defect t
    UNION ALL SELECT 'lot_progress', string_agg(concat_ws(' ', p.account_id, p.version, p.struck,
        (SELECT string_agg(l.serial_from::text, ',' ORDER BY l.serial_from) FROM lots_in(p.account_id) l)), E'\n' ORDER BY p.account_id)
      FROM lot_progress p`;
  return Object.fromEntries(rows.map(({ name, text }) => [name, text]));
}
