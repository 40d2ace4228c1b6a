import type { TransferRequest, TransferResult } from '#server/ledger/schema.ts';
import type { Database } from '#server/platform/db.ts';
import { move, transferId } from '#server/testing/ledger.ts';
import { postTo, type Bank } from './bank.ts';
import { randomFrom, type Random } from './random.ts';
import { postPatiently, type Post } from './teller.ts';

export interface SameIdLoad {
  callers: number;
  rounds: number;
  seed: number;
}

export interface SameIdOutcome {
  /** How often a caller was told to repeat its call. */
  repeats: number;
  /** What was not as it must be; empty when all is well. */
  faults: string[];
}

/** What one caller sends: innocents around the items that hang on the shared id. */
interface Call {
  before: TransferRequest[];
  contested: TransferRequest[];
  after: TransferRequest[];
}

const shapes = ['alone', 'among innocents', 'in a linked group'] as const;
type Shape = (typeof shapes)[number];

/** All callers use one id at the same moment, round after round, with the same accounts or each with others. */
export async function raceForIds(database: Database, bank: Bank, load: SameIdLoad): Promise<SameIdOutcome> {
  const random = randomFrom(load.seed);
  const outcome: SameIdOutcome = { repeats: 0, faults: [] };
  const post = postTo(database);
  for (let round = 1; round <= load.rounds; round += 1) {
    const shape = random.pick(shapes);
    const isSameContent = random.below(3) === 0;
    const count = random.below(2) === 0 ? 2 : load.callers;
    const calls = callsOf(bank, { shape, isSameContent, count, random });
    const answers = await Promise.all(calls.map((call) => send(post, { call, bank, outcome })));
    const place = `round ${String(round)} (${shape}, ${String(count)} callers${isSameContent ? ', same content' : ''})`;
    const faults = faultsOf(answers, { shape, isSameContent });
    outcome.faults.push(...faults.map((fault) => `${place}: ${fault}`));
    remember(bank, calls, answers);
  }
  return outcome;
}

interface Draw {
  shape: Shape;
  isSameContent: boolean;
  count: number;
  random: Random;
}

function callsOf({ wallets }: Bank, { shape, isSameContent, count, random }: Draw): Call[] {
  const sharedId = transferId();
  const secondId = transferId();
  const direction = random.below(2);
  return Array.from({ length: count }, (_, caller) => {
    const innocents = (): TransferRequest[] =>
      shape === 'alone' ? [] : Array.from({ length: random.below(3) }, () => innocentOf(wallets, { caller, random }));
    const [from, to] = directed(pairOf(wallets, isSameContent ? 0 : caller), direction);
    const shared = move({ id: sharedId, from, to, amountMinor: 1n });
    const second = move({ id: isSameContent ? secondId : transferId(), from: to, to: from, amountMinor: 1n });
    const contested = shape === 'in a linked group' ? [{ ...shared, linked: true }, second] : [shared];
    return { before: innocents(), contested, after: innocents() };
  });
}

/** Each caller has two wallets of its own, so that no lock on an account keeps the callers apart. */
function pairOf(wallets: readonly bigint[], caller: number): [bigint, bigint] {
  const [from, to] = wallets.slice(2 * caller, 2 * caller + 2);
  if (from === undefined || to === undefined) throw new Error('every caller needs two wallets');
  return [from, to];
}

/** There or back at random, so that no wallet runs dry however long the race. */
function directed([first, second]: [bigint, bigint], direction: number): [bigint, bigint] {
  return direction === 0 ? [first, second] : [second, first];
}

function innocentOf(
  wallets: readonly bigint[],
  { caller, random }: { caller: number; random: Random },
): TransferRequest {
  const [from, to] = directed(pairOf(wallets, caller), random.below(2));
  return move({ from, to, amountMinor: 1n });
}

interface Answer {
  contested: TransferResult[];
  innocent: TransferResult[];
}

async function send(
  post: Post,
  { call, bank, outcome }: { call: Call; bank: Bank; outcome: SameIdOutcome },
): Promise<Answer> {
  const { before, contested, after } = call;
  const onRepeat = () => (outcome.repeats += 1);
  const results = await postPatiently(post, [...before, ...contested, ...after], onRepeat);
  const end = before.length + contested.length;
  const innocents = [...before, ...after];
  const answer = {
    contested: results.slice(before.length, end),
    innocent: [...results.slice(0, before.length), ...results.slice(end)],
  };
  bank.list.sending(innocents);
  bank.list.answered(innocents, answer.innocent);
  return answer;
}

function faultsOf(answers: readonly Answer[], { shape, isSameContent }: Omit<Draw, 'count' | 'random'>): string[] {
  const words = answers.map(({ contested }) => contested.map(wordOf).join(' '));
  const isPair = shape === 'in a linked group';
  const winner = isPair ? 'created created' : 'created';
  const loser = isSameContent
    ? winner.replaceAll('created', 'exists')
    : isPair
      ? 'linked_group_mismatch linked_group_mismatch'
      : 'id_content_mismatch';
  const winners = words.filter((word) => word === winner).length;
  const strange = words.filter((word) => word !== winner && word !== loser);
  const harmed = answers.flatMap(({ innocent }) => innocent).filter(({ status }) => status !== 'created');
  return [
    ...(winners === 1 ? [] : [`${String(winners)} callers were told that it happened`]),
    ...strange.map((word) => `a caller was told ${word}`),
    ...harmed.map((result) => `an innocent was told ${wordOf(result)}`),
  ];
}

/** Puts what happened under the shared id on the client's list, as the caller who won knows it. */
function remember({ list }: Bank, calls: readonly Call[], answers: readonly Answer[]): void {
  answers.forEach(({ contested: results }, caller) => {
    const contested = calls[caller]?.contested ?? [];
    if (results[0]?.status === 'created') list.answered(contested, results);
  });
}

function wordOf(result: TransferResult): string {
  return result.status === 'refused' ? result.code : result.status;
}
