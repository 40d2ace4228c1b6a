import fc from 'fast-check';
import { z } from 'zod';
import { closeAccount, freezeAccount, openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { closeBreaker, openBreaker } from '#server/ledger/breaker.ts';
import { proposeCorrection, rejectCorrection } from '#server/ledger/correction-flows.ts';
import { sweepPendings } from '#server/ledger/jobs.ts';
import { withSnapshot } from '#server/ledger/journal/connections.ts';
import { exportJournal } from '#server/ledger/journal/export.ts';
import { nothingFurther, type FurtherTruth } from '#server/ledger/journal/tables.ts';
import { ensurePartitions } from '#server/ledger/partitions.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { post } from '#server/ledger/transfers.ts';
import type { TestDatabase } from '#server/testing/database.ts';
import { sequence, type StepDraw } from '#server/testing/ledger-model/draws.ts';
import { SideBySide } from '#server/testing/ledger-model/side-by-side.ts';
import { sealTwoMonths } from '#server/testing/ledger-seals.ts';
import { move, transferId } from '#server/testing/ledger.ts';

const day = 86_400_000;
const issuance = systemAccountId('issuance', 'DUCAT');
const bank = systemAccountId('bank', 'USD');
const ducatFloat = systemAccountId('ducat_float', 'USD');
const [liquidityDucat, liquidityUsd] = [6n, 116n];

/** What later questions are about. */
export interface FilledBooks {
  /** Holds money and owns nothing else. */
  wallet: bigint;
  /** Whose debit account is `wallet`, of 30 minor units, without a timeout. */
  openPending: TransferRequest;
  /** A move that can still be taken back by 4. */
  reversible: TransferRequest;
  refused: TransferRequest;
}

interface FillOptions {
  seed: number;
  /** How many random sequences follow. */
  sequences?: number;
}

/**
 * Fills a new sandbox database with one of everything that a ledger can hold, over three days and two months, and
 * then with random sequences.
 */
export async function fillBooks(database: TestDatabase, { seed, sequences = 6 }: FillOptions): Promise<FilledBooks> {
  const filler = new Filler(database);
  await sealTwoMonths(database);
  await filler.movesOfTwoMonths();
  const filled = await filler.everyAction();
  await filler.refusalsAndStates();
  await filler.optionsAndConversions();
  await filler.advance(day);
  await filler.limitsAndMonitors();
  await filler.post([filler.move({ from: issuance, to: filled.wallet, amountMinor: 3n })]);
  for (const steps of fc.sample(sequence, { seed, numRuns: sequences })) {
    const { both } = await SideBySide.open(database);
    // A jump of days would take limits and ids of what is asked later out of their time.
    for (const step of steps.filter(isShort)) await both.take(step);
  }
  // Last, because a sequence may deliver the crossings that wait.
  await filler.crossing();
  return filled;
}

const shortSecondsMax = 1_000;

function isShort(step: StepDraw): boolean {
  return step.type !== 'clock' || step.seconds <= shortSecondsMax;
}

/** One item for the posting function itself. */
interface Leg {
  from: bigint;
  to: bigint;
  amount: bigint;
  options?: object;
  linked?: boolean;
  isPending?: boolean;
}

class Filler {
  private readonly database: TestDatabase;
  private offset = 0;

  constructor(database: TestDatabase) {
    this.database = database;
  }

  now(): Date {
    return new Date(Date.now() + this.offset);
  }

  async advance(milliseconds: number): Promise<void> {
    this.offset += milliseconds;
    await this.database.client.$queryRaw`SELECT ledger.set_clock_offset(${this.offset * 1_000}::bigint)::text`;
    await ensurePartitions(this.database.client);
  }

  move(request: Parameters<typeof move>[0]): TransferRequest {
    return move({ id: transferId(this.now()), ...request });
  }

  async post(requests: TransferRequest[], source: 'internal' | 'external' = 'internal'): Promise<string> {
    const results = await this.database.inTransaction((tx) => post(tx, requests, { source }));
    return results.map((result) => (result.status === 'refused' ? result.code : result.status)).join(' ');
  }

  async wallet(amountMinor = 0n, owner = `citizen ${transferId()}`): Promise<bigint> {
    const id = await this.database.inTransaction((tx) => openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' }));
    if (amountMinor > 0n) await this.post([this.move({ from: issuance, to: id, amountMinor })]);
    return id;
  }

  async movesOfTwoMonths(): Promise<void> {
    const to = await this.wallet(500n, 'Zoë: «l’Ὀρφεύς» ; 🦁  %3A');
    const now = this.now();
    const lastMonth = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - 1, 20));
    const references = [
      'òrder 1',
      '🦁 "quoted" \\ back',
      'line\nbreak\tand\u0001',
      'a, b; c: d | e %',
      ' ',
      '𐐷'.repeat(200),
    ];
    const requests = references.map((reference) => this.move({ from: issuance, to, amountMinor: 7n, reference }));
    await this.post(
      [{ ...this.move({ from: bank, to: ducatFloat, amountMinor: 10n ** 15n }), id: transferId(lastMonth) }],
      'external',
    );
    await this.post(requests);
  }

  async everyAction(): Promise<FilledBooks> {
    const [wallet, other] = [await this.wallet(1_000n), await this.wallet(5n)];
    const pending = (timeoutSeconds?: number): TransferRequest => {
      const options = timeoutSeconds === undefined ? {} : { timeoutSeconds };
      return this.move({ from: wallet, to: other, amountMinor: 30n, pending: options });
    };
    const [open, timed, posted, voided, expired] = [pending(), pending(600_000), pending(), pending(), pending(60)];
    const [whole, reversible] = [20n, 10n].map((amountMinor) => this.move({ from: wallet, to: other, amountMinor }));
    const refused = this.move({ from: other, to: wallet, amountMinor: 10n ** 9n });
    if (whole === undefined || reversible === undefined) throw new Error('two moves were made');
    await this.post([open, timed, posted, voided, expired, whole, reversible, refused]);
    const back = { from: other, to: wallet };
    await this.post([
      this.move({ from: wallet, to: other, amountMinor: 12n, postPendingId: posted.id }),
      this.move({ from: wallet, to: other, amountMinor: 0n, voidPendingId: voided.id }),
      this.move({ ...back, amountMinor: 20n, kind: 'reversal', reversesId: whole.id }),
      this.move({ ...back, amountMinor: 2n, kind: 'reversal', reversesId: reversible.id }),
      this.move({ ...back, amountMinor: 4n, kind: 'reversal', reversesId: reversible.id }),
      this.move({ from: issuance, to: other, amountMinor: 1n, linked: true }),
      this.move({ from: other, to: wallet, amountMinor: 1n }),
      this.move({ from: issuance, to: wallet, amountMinor: 2_000n, mode: 'shortfall' }),
      this.move({ from: issuance, to: wallet, amountMinor: 1n, mode: 'shortfall' }),
    ]);
    await this.rejectedCorrection(reversible.id);
    await this.advance(61_000);
    await sweepPendings(this.database);
    return { wallet, openPending: open, reversible, refused };
  }

  async rejectedCorrection(correctedTransferId: string): Promise<void> {
    const id = transferId(this.now());
    const proposal = { id, correctedTransferId, amountMinor: 1n, reason: 'no «double» after all', time: this.now() };
    await this.database.inTransaction((tx) => proposeCorrection(tx, { ...proposal, operatorId: 'first' }));
    const decision = { id, operatorId: 'second', time: this.now() };
    await this.database.inTransaction((tx) => rejectCorrection(tx, decision));
  }

  async refusalsAndStates(): Promise<void> {
    const [frozen, closed, other] = [await this.wallet(9n), await this.wallet(), await this.wallet(1n)];
    await this.database.inTransaction((tx) => freezeAccount(tx, frozen));
    await this.database.inTransaction((tx) => closeAccount(tx, closed));
    await this.post([
      this.move({ from: frozen, to: other, amountMinor: 1n }),
      this.move({ from: other, to: closed, amountMinor: 1n }),
      this.move({ from: issuance, to: other, amountMinor: 1n, linked: true, reference: 'refused with its group' }),
      this.move({ from: other, to: frozen, amountMinor: 100n }),
    ]);
    const change = { actor: 'Ispettore', reason: 'a look at «everything»' };
    await this.database.inTransaction((tx) => openBreaker(tx, change));
    await this.database.inTransaction((tx) => closeBreaker(tx, change));
  }

  /** Through the posting function itself: dates, a condition that fails, and a conversion. */
  async optionsAndConversions(): Promise<void> {
    const wallet = await this.wallet(100n);
    await this.post([this.move({ from: bank, to: liquidityUsd, amountMinor: 1_000n })]);
    const dateIn = (days: number): string => new Date(this.now().getTime() + days * day).toISOString().slice(0, 10);
    const legs: Leg[] = [
      { from: issuance, to: wallet, amount: 11n, options: { effectiveDate: dateIn(-40) } },
      { from: issuance, to: wallet, amount: 12n, options: { effectiveDate: dateIn(1) } },
      { from: wallet, to: issuance, amount: 13n, options: { effectiveDate: dateIn(0) } },
      { from: wallet, to: issuance, amount: 1n, options: { condition: { debit: { version: 1 } } } },
      { from: wallet, to: liquidityDucat, amount: 10n, linked: true },
      {
        from: liquidityUsd,
        to: bank,
        amount: 33n,
        options: { conversion: { numerator: 10, denominator: 3, exact: 'in' } },
      },
    ];
    const codes = await this.postLegs(legs);
    if (codes !== '0 0 0 60 0 0') throw new Error(`the ledger answered ${codes}`);
  }

  private async postLegs(legs: Leg[]): Promise<string> {
    const options = Object.fromEntries(legs.map(({ options: option }, index) => [String(index + 1), option ?? {}]));
    const none = legs.map(() => null);
    const answers = await this.database.client.$queryRaw<{ code: number }[]>`
      SELECT item_code AS code FROM ledger.post(
        ${legs.map(() => transferId(this.now()))}::uuid[], ${legs.map(({ from }) => String(from))}::bigint[],
        ${legs.map(({ to }) => String(to))}::bigint[], ${legs.map(({ amount }) => String(amount))}::bigint[],
        ${legs.map(() => 13)}::smallint[], ${none}::text[], ${legs.map(({ isPending }) => (isPending === true ? 2 : 1))}::smallint[],
        ${legs.map(() => 0)}::smallint[], ${none}::uuid[], ${none}::integer[],
        ${legs.map(({ linked }) => linked === true)}::boolean[], false, '{}', ${JSON.stringify(options)}::jsonb)`;
    return answers.map(({ code }) => code).join(' ');
  }

  /** A watched balance falls below its line, and nobody was told yet. */
  async crossing(): Promise<void> {
    const wallet = await this.wallet(100n);
    await this.database.client.$queryRaw`SELECT ledger.set_monitor(${wallet}, 1::smallint, 1::smallint, 80)`;
    await this.post([this.move({ from: wallet, to: issuance, amountMinor: 30n })]);
  }

  async limitsAndMonitors(): Promise<void> {
    const owner = 'limited Ömer';
    const wallet = await this.wallet(100n, owner);
    const limits = [
      { asset: 1, kind: 13, side: 1, period: 1, amountMax: 50, countMax: 3 },
      { asset: 1, kind: 13, side: 2, period: 2, amountMax: 5_000 },
    ];
    await this.database.client
      .$queryRaw`SELECT ledger.set_velocity_limits(${owner}, ${JSON.stringify(limits)}::jsonb)::text`;
    await this.database.client.$queryRaw`SELECT ledger.set_monitor(${wallet}, 1::smallint, 1::smallint, 80)`;
    await this.database.client.$queryRaw`SELECT ledger.set_account_group('treasuries', '{2,3}', '{1,1}')::text`;
    const spend = { from: wallet, to: issuance };
    const codes = await this.postLegs([
      { ...spend, amount: 30n },
      { ...spend, amount: 30n },
      { ...spend, amount: 5n, isPending: true },
    ]);
    if (codes !== '0 61 0') throw new Error(`the ledger answered ${codes}`);
  }
}

/** The whole journal of a sandbox database, with what other domains know. */
export function journalOf(database: TestDatabase, further: FurtherTruth = nothingFurther): Promise<string> {
  return withSnapshot(database.adminUrl, async (client) => {
    let text = '';
    for await (const chunk of exportJournal(client, { mode: 'sandbox', further })) text += chunk;
    return text;
  });
}

/** A text as the bytes of a file, in pieces that end wherever they end. */
export async function* bytesOf(text: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let start = 0; start < bytes.length; start += 10_007)
    yield await Promise.resolve(bytes.subarray(start, start + 10_007));
}

/** The lines of a journal as JSON. */
export function rowsOfJournal(journal: string): Record<string, unknown>[] {
  return journal
    .trimEnd()
    .split('\n')
    .map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
}
