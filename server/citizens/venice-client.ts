import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createCallPace, type CallPace } from '#server/platform/call-pace.ts';
import { createCircuitBreaker } from '#server/platform/circuit-breaker.ts';
import type { CircuitBreaker, CircuitReport } from '#server/platform/circuit-breaker.ts';
import { systemClock, type Clock } from '#server/platform/clock.ts';
import { invariant } from '#server/platform/invariant.ts';
import { isUsername } from './rules.ts';
import { readCitizenAnswer, readListAnswer, readWalletAnswer } from './venice-answer.ts';
import type { VeniceAnswer, VeniceListAnswer, VeniceOutage, VeniceWalletAnswer } from './venice-answer.ts';
import { repeated, retryAfterMsOf, type Attempt } from './venice-attempts.ts';
import { getJson, type JsonAnswer, type JsonLimits } from './venice-http.ts';

/** The public citizens API of Venice, reading only. Never rejects: whatever goes wrong is an outage. */
export interface VeniceClient {
  /** `username` is exact and case-sensitive, and passed `isUsername`. */
  citizen(username: string): Promise<VeniceAnswer>;
  /** The same with the wallet as it is now: asked for anew each time, and never to be kept or logged. */
  wallet(username: string): Promise<VeniceWalletAnswer>;
  /** Everyone in Venice, in one call. */
  everyone(): Promise<VeniceListAnswer>;
  /** How calls for single citizens fare. */
  circuit(): CircuitReport;
}

export interface VeniceClientOptions {
  /** For example `https://serenissima.ai/api`. */
  apiUrl: string;
  connectTimeoutMs?: number;
  /** For one question with all attempts at it. */
  totalTimeoutMs?: number;
  callsPerMinuteMax?: number;
  /** How long Venice is left alone after five failures in a row. */
  openMs?: number;
  clock?: Clock;
  random?: () => number;
  /** Told why, each time Venice gave nothing that can be relied on. */
  onOutage?: (reason: string) => void;
  onCircuit?: (report: CircuitReport) => void;
}

const connectionsMax = 10;
const attemptsMax = 3;
const failuresMax = 5;
/**
 * Venice counts 100 calls a minute per address, and one web process and two workers may share one: 50 and twice 20
 * stay below it.
 */
const callsPerMinuteUsual = 50;
export const workerCallsPerMinute = 20;
const citizenBytesMax = 256 * 1024;
const listBytesMax = 8 * 1024 * 1024;

/** A question at Venice: where, how large the answer may be, and how it is read. */
interface Question<Answer> {
  path: string;
  bytesMax: number;
  circuit: CircuitBreaker;
  read: (answer: JsonAnswer) => Answer | VeniceOutage;
}

interface Caller {
  apiUrl: string;
  limits: Omit<JsonLimits, 'bytesMax'>;
  pace: CallPace;
  clock: Clock;
  random: () => number;
}

export function createVeniceClient(options: VeniceClientOptions): VeniceClient {
  const caller = callerOf(options);
  // The list may need a right that single citizens do not, so that each of the two fails and recovers by itself.
  const circuitOf = (name: string) =>
    createCircuitBreaker({
      name,
      failuresMax,
      openMs: options.openMs ?? 30_000,
      clock: caller.clock,
      ...(options.onCircuit === undefined ? {} : { onChange: options.onCircuit }),
    });
  const [citizens, list] = [circuitOf('venice-citizen'), circuitOf('venice-list')];
  const told = <Answer extends { status: string }>(answer: Answer | VeniceOutage): Answer | VeniceOutage => {
    // That Venice is left alone was said when the circuit opened; saying it with every question would fill the log.
    if (isOutage(answer) && answer !== leftAlone) options.onOutage?.(answer.reason);
    return answer;
  };
  const askAbout = async <Answer extends { status: string }>(
    username: string,
    read: (answer: Parameters<typeof readCitizenAnswer>[0]) => Answer | VeniceOutage,
  ) => {
    invariant(isUsername(username), 'only valid usernames are sent to Venice');
    const question = { path: `/citizens/${username}`, bytesMax: citizenBytesMax, circuit: citizens };
    const readAbout = ({ status, body }: JsonAnswer) => read({ httpStatus: status, body, username });
    return told(await ask(caller, { ...question, read: readAbout }));
  };
  return {
    circuit: () => citizens.report(),
    citizen: (username) => askAbout(username, readCitizenAnswer),
    wallet: (username) => askAbout(username, readWalletAnswer),
    everyone: async () => {
      const read = ({ status, body }: JsonAnswer) => readListAnswer({ httpStatus: status, body });
      return told(await ask(caller, { path: '/citizens', bytesMax: listBytesMax, circuit: list, read }));
    },
  };
}

function callerOf(options: VeniceClientOptions): Caller {
  const apiUrl = options.apiUrl.replace(/\/+$/, '');
  const agentOptions = { keepAlive: true, maxSockets: connectionsMax, maxTotalSockets: connectionsMax };
  const clock = options.clock ?? systemClock;
  return {
    apiUrl,
    limits: {
      agent: apiUrl.startsWith('https://') ? new HttpsAgent(agentOptions) : new HttpAgent(agentOptions),
      connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
      totalTimeoutMs: options.totalTimeoutMs ?? 10_000,
    },
    pace: createCallPace({ callsMax: options.callsPerMinuteMax ?? callsPerMinuteUsual, windowMs: 60_000, clock }),
    clock,
    random: options.random ?? Math.random,
  };
}

/** One question, with all attempts at it inside the total time. */
function ask<Answer extends { status: string }>(
  caller: Caller,
  question: Question<Answer>,
): Promise<Answer | VeniceOutage> {
  const { random, limits } = caller;
  let latest: Attempt<Answer | VeniceOutage> | null = null;
  // The reason of an attempt that was made tells more than why the next one was not.
  const notMade = (outage: VeniceOutage) => ({ answer: latest?.answer ?? outage, canPass: false, retryAfterMs: 0 });
  return repeated(
    async (leftMs) => {
      if (question.circuit.report().state === 'open') return notMade(leftAlone);
      if (!caller.pace.take()) return notMade(tooManyCalls);
      latest = await question.circuit.call(
        () => callOnce(caller, question, leftMs),
        ({ answer }) => isOutage(answer),
      );
      return latest ?? notMade(leftAlone);
    },
    { budgetMs: limits.totalTimeoutMs, attemptsMax, random },
  );
}

const leftAlone: VeniceOutage = { status: 'outage', reason: 'Venice failed too often and is left alone for a while' };
const tooManyCalls: VeniceOutage = { status: 'outage', reason: 'our own limit of calls a minute is reached' };

async function callOnce<Answer extends { status: string }>(
  caller: Caller,
  question: Question<Answer>,
  leftMs: number,
): Promise<Attempt<Answer | VeniceOutage>> {
  try {
    const limits = { ...caller.limits, totalTimeoutMs: Math.max(1, Math.floor(leftMs)), bytesMax: question.bytesMax };
    const response = await getJson(new URL(`${caller.apiUrl}${question.path}`), limits);
    const answer = question.read(response);
    return {
      answer,
      canPass: isOutage(answer) && (response.status === 429 || response.status >= 500),
      retryAfterMs: retryAfterMsOf(response.retryAfter, caller.clock.now()),
    };
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'the call failed';
    return { answer: { status: 'outage', reason }, canPass: true, retryAfterMs: 0 };
  }
}

function isOutage(answer: { status: string }): answer is VeniceOutage {
  return answer.status === 'outage';
}
