import fc from 'fast-check';
import { expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { refusals, type RefusalCode } from '#server/ledger/refusals.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { testDatabase, type TestDatabase } from '#server/testing/database.ts';
import { sequence, type StepDraw } from '#server/testing/ledger-model/draws.ts';
import { reading, type ReadingDraw } from '#server/testing/ledger-model/questions.ts';
import { SideBySide, type Answers } from '#server/testing/ledger-model/side-by-side.ts';
import { actionOf } from '#server/testing/ledger-model/state.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';

const sequenceCount = proofSize({ short: 200, long: 10_000 });
/** Put the number of a failed run here to see it again. */
const seed = Date.now() % 1_000_000;
const shrinkingMax = proofSize({ short: 100_000, long: 7_200_000 });
const comparesPerCheck = proofSize({ short: 10, long: 250 });
/** The clock only goes forward, by ten days or so in each sequence, and every month has its partition. */
const sequencesPerDatabase = 100;
let sequenceNumber = 0;
let compareCount = 0;

let database = await testDatabase();
/** How often each thing happened in the whole run. */
const seen = new Map<string, number>();

it(
  `${String(sequenceCount)} random sequences end in PostgreSQL as in the model (seed ${String(seed)})`,
  { timeout: 2 * shrinkingMax },
  async ({ task }) => {
    await fc.assert(fc.asyncProperty(sequence, reading, runBoth), {
      numRuns: sequenceCount,
      seed,
      interruptAfterTimeLimit: shrinkingMax,
      markInterruptAsFailure: true,
    });
    await expectSoundBooks(database);
    // Sequences in which nothing happens would agree as well.
    expect(neverSeen(), `seed ${String(seed)}: ${JSON.stringify(Object.fromEntries(seen))}`).toEqual([]);
    task.meta.figures = { sequences: sequenceCount };
  },
);

it('at the largest balance and the largest reserved amount both refuse the same item', async () => {
  const full = await testDatabase();
  const { both } = await SideBySide.open(full);
  const [issuance, treasury] = [systemAccountId('issuance', 'DUCAT'), systemAccountId('treasury', 'DUCAT')];
  const most = (rest: Partial<TransferRequest> = {}): TransferRequest =>
    move({ id: transferId(both.now()), from: issuance, to: treasury, amountMinor: 10n ** 15n, ...rest });
  const batches = [
    Array.from({ length: 102 }, () => most({ pending: {} })),
    Array.from({ length: 8_000 }, () => most()),
    Array.from({ length: 1_002 }, () => most()),
  ];
  const overflows: number[] = [];
  for (const batch of batches) {
    const answers = await both.post(batch);
    expect(answers.database).toEqual(answers.model);
    overflows.push(answers.items.findIndex(({ result }) => result.status === 'refused' && result.code === 'overflow'));
  }
  // The house gave 555 centesimi away at the start, so that the last full amount no longer fits.
  expect(overflows).toEqual([100, -1, 999]);
  await expectTheSame(both, full);
  await expectSoundBooks(full);
});

async function runBoth(steps: readonly StepDraw[], read: ReadingDraw | null): Promise<void> {
  sequenceNumber += 1;
  if (sequenceNumber % sequencesPerDatabase === 0) {
    await expectSoundBooks(database);
    database = await testDatabase();
  }
  const { both, answers } = await SideBySide.open(database, read === null ? null : read.monitors);
  expect(answers.database, `seed ${String(seed)}`).toEqual(answers.model);
  for (const step of steps) {
    const taken = await both.take(step);
    expect(taken.database, `seed ${String(seed)}`).toEqual(taken.model);
    for (const name of happenings(step, taken)) seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  await expectTheSame(both, database);
  if (read !== null) {
    const readings = await both.readings(read);
    expect(readings.database, `seed ${String(seed)}`).toEqual(readings.model);
    for (const code of readings.refused) seen.set(code, (seen.get(code) ?? 0) + 1);
  }
}

async function expectTheSame(both: SideBySide, compared: TestDatabase): Promise<void> {
  const states = await both.finalStates();
  expect(states.database, `seed ${String(seed)}`).toEqual(states.model);
  // The checker reads all books there are, those of earlier sequences too: now and then is enough.
  compareCount += 1;
  if (compareCount % comparesPerCheck === 0) await expectSoundBooks(compared);
}

async function expectSoundBooks(checked: TestDatabase): Promise<void> {
  expect((await checkLedger(checked.client)).findings, `seed ${String(seed)}`).toEqual([]);
}

const codesWithDetails = new Set<RefusalCode>([
  'id_content_mismatch',
  'account_closed',
  'condition_failed',
  'limit_exceeded',
]);
/** Sealing takes months: `seals-model.test.ts` lets them pass. */
const seenElsewhere: RefusalCode = 'related_transfer_archived';
const accountConditions = ['version', 'balanceAtLeastMinor', 'balanceAtMostMinor'];
const details = [
  ...['move', 'pending', 'post', 'void', 'reverse'].map((action) => `${action} created`),
  ...['move', 'pending', 'end of a pending', 'reverse'].map((action) => `${action} exists`),
  ...['shortfall', 'available'].flatMap((mode) => ['all', 'a part', 'nothing'].map((part) => `${mode} of ${part}`)),
  ...['post of a part', 'reverse of a part', 'group created', 'group exists', 'refusal replayed', 'sweep'],
  ...['debitAccountId', 'creditAccountId', 'amountMinor', 'kind', 'reference'].map(mismatchOf),
  ...['mode', 'action', 'relatedId', 'timeoutSeconds', 'effectiveDate', 'condition', 'conversion'].map(mismatchOf),
  ...['account_closed debitAccountId', 'account_closed creditAccountId'],
  ...['debit', 'credit'].flatMap((side) =>
    accountConditions.map((name) => `condition_failed condition.${side}.${name}`),
  ),
  ...['condition_failed condition.ownerAvailableAtLeastMinor'],
  ...['condition met', 'sum of an owner met', 'condition met by nothing'],
  ...['limit_exceeded debitAccountId', 'limit_exceeded creditAccountId'],
  ...['limits set', 'limits lifted', 'long clock', 'refusal replayed with its field'],
  ...['move', 'post', 'reverse'].map((action) => `${action} of another day`),
  ...['conversion in', 'conversion out', 'conversion exists'],
  ...['created', 'exists', 'refused', 'replayed'].map((status) => `dry run: ${status}`),
  ...['day_malformed', 'cursor_malformed', 'version_not_found', 'group_not_found', 'limits_malformed'],
  ...['state closed', 'state frozen', 'state open', 'account_not_empty', 'house_account'],
];

/** What should have come up in a whole run: every action, every refusal, every differing field. */
function neverSeen(): string[] {
  const codes = refusals
    .map((refusal): RefusalCode => refusal.name)
    .filter((code) => !codesWithDetails.has(code) && code !== seenElsewhere);
  return [...codes, ...details].filter((name) => !seen.has(name));
}

function mismatchOf(field: string): string {
  return `id_content_mismatch ${field}`;
}

/** Names for what a step brought about. What a dry run answers counts for nothing else. */
function happenings(step: StepDraw, { items, database: answer, swept }: Answers): string[] {
  if ((step.type === 'batch' || step.type === 'again') && step.isDryRun) {
    return items.map(({ result }) => {
      return `dry run: ${result.status === 'refused' && result.replayed ? 'replayed' : result.status}`;
    });
  }
  const names = items.flatMap(itemHappenings);
  if (step.type === 'state') names.push(typeof answer === 'string' ? answer : `state ${step.state}`);
  if (step.type === 'limits') names.push(step.limits.length === 0 ? 'limits lifted' : 'limits set');
  if (step.type === 'clock' && step.seconds > 86_400) names.push('long clock');
  if (swept > 0) names.push('sweep');
  return names;
}

function itemHappenings(item: Answers['items'][number]): string[] {
  const { request, result } = item;
  if (result.status !== 'refused') return successHappenings(request, result, item.originalMinor);
  const { code, field, replayed } = result;
  if (replayed) return ['refusal replayed', ...(codesWithDetails.has(code) ? ['refusal replayed with its field'] : [])];
  return [codesWithDetails.has(code) ? `${code} ${field ?? ''}` : code];
}

function successHappenings(
  request: TransferRequest,
  { status, amountMinor }: { status: string; amountMinor: bigint },
  originalMinor: bigint | null,
): string[] {
  const action = actionOf(request);
  const { mode, condition, conversion, effectiveDate } = request;
  const names = [`${action} ${status}`];
  if (action === 'post' || action === 'void') names.push(`end of a pending ${status}`);
  if (request.linked === true) names.push(`group ${status}`);
  if (originalMinor !== null && amountMinor > 0n && amountMinor < originalMinor) names.push(`${action} of a part`);
  if (mode === 'shortfall' || mode === 'available') {
    const isAll = amountMinor >= request.amountMinor;
    names.push(`${mode} of ${isAll ? 'all' : amountMinor === 0n ? 'nothing' : 'a part'}`);
  }
  if (effectiveDate !== undefined) names.push(`${action} of another day`);
  if (condition?.debit !== undefined || condition?.credit !== undefined) {
    names.push(amountMinor === 0n ? 'condition met by nothing' : 'condition met');
  }
  if (condition?.ownerAvailableAtLeastMinor !== undefined) names.push('sum of an owner met');
  if (conversion !== undefined) names.push(`conversion ${status === 'created' ? conversion.exact : status}`);
  return names;
}
