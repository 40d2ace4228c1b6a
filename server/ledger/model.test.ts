import fc from 'fast-check';
import { expect, it } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { refusals, type RefusalCode } from '#server/ledger/refusals.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { testDatabase, type TestDatabase } from '#server/testing/database.ts';
import { sequence, type StepDraw } from '#server/testing/ledger-model/draws.ts';
import { SideBySide, type Answers } from '#server/testing/ledger-model/side-by-side.ts';
import { actionOf } from '#server/testing/ledger-model/state.ts';
import { move, transferId } from '#server/testing/ledger.ts';

const sequenceCount = 200;
/** Put the number of a failed run here to see it again. */
const seed = Date.now() % 1_000_000;
const shrinkingMax = 100_000;
const comparesPerCheck = 10;
let compareCount = 0;

const database = await testDatabase();
/** How often each thing happened in the whole run. */
const seen = new Map<string, number>();

it(
  `${String(sequenceCount)} random sequences end in PostgreSQL as in the model (seed ${String(seed)})`,
  { timeout: 2 * shrinkingMax },
  async () => {
    await fc.assert(fc.asyncProperty(sequence, runBoth), {
      numRuns: sequenceCount,
      seed,
      interruptAfterTimeLimit: shrinkingMax,
      markInterruptAsFailure: true,
    });
    await expectSoundBooks(database);
    // Sequences in which nothing happens would agree as well.
    expect(neverSeen(), `seed ${String(seed)}: ${JSON.stringify(Object.fromEntries(seen))}`).toEqual([]);
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

async function runBoth(steps: readonly StepDraw[]): Promise<void> {
  const { both, answers } = await SideBySide.open(database);
  expect(answers.database, `seed ${String(seed)}`).toEqual(answers.model);
  for (const step of steps) {
    const taken = await both.take(step);
    expect(taken.database, `seed ${String(seed)}`).toEqual(taken.model);
    for (const name of happenings(step, taken)) seen.set(name, (seen.get(name) ?? 0) + 1);
  }
  await expectTheSame(both, database);
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

const codesWithDetails = new Set<RefusalCode>(['id_content_mismatch', 'account_closed']);
const details = [
  ...['move', 'pending', 'post', 'void', 'reverse'].flatMap((action) => [`${action} created`, `${action} exists`]),
  ...['shortfall of all', 'shortfall of a part', 'shortfall of nothing'],
  ...['post of a part', 'reverse of a part', 'group created', 'group exists', 'refusal replayed', 'sweep'],
  ...['debitAccountId', 'creditAccountId', 'amountMinor', 'kind', 'reference'].map(mismatchOf),
  ...['mode', 'action', 'relatedId', 'timeoutSeconds'].map(mismatchOf),
  ...['account_closed debitAccountId', 'account_closed creditAccountId'],
  ...['state closed', 'state frozen', 'state open', 'account_not_empty', 'house_account'],
];

/** What should have come up in a whole run: every action, every refusal, every differing field. */
function neverSeen(): string[] {
  const codes = refusals.map((refusal): RefusalCode => refusal.name).filter((code) => !codesWithDetails.has(code));
  return [...codes, ...details].filter((name) => !seen.has(name));
}

function mismatchOf(field: string): string {
  return `id_content_mismatch ${field}`;
}

/** Names for what a step brought about. */
function happenings(step: StepDraw, { items, database: answer, swept }: Answers): string[] {
  const names = items.flatMap(itemHappenings);
  if (step.type === 'state') names.push(typeof answer === 'string' ? answer : `state ${step.state}`);
  if (swept > 0) names.push('sweep');
  return names;
}

function itemHappenings({ request, result, originalMinor }: Answers['items'][number]): string[] {
  const action = actionOf(request);
  if (result.status === 'refused') {
    const { code, field, replayed } = result;
    const detail = replayed ? 'replayed' : (field ?? '');
    return [codesWithDetails.has(code) ? `${code} ${detail}` : code, ...(replayed ? ['refusal replayed'] : [])];
  }
  const names = [`${action} ${result.status}`];
  if (request.linked === true) names.push(`group ${result.status}`);
  if (originalMinor !== null && result.amountMinor > 0n && result.amountMinor < originalMinor) {
    names.push(`${action} of a part`);
  }
  if (request.mode === 'shortfall') {
    const isAll = result.amountMinor >= request.amountMinor;
    names.push(`shortfall of ${isAll ? 'all' : result.amountMinor === 0n ? 'nothing' : 'a part'}`);
  }
  return names;
}
