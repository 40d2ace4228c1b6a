import { afterAll, describe, expect, it } from 'vitest';
import { systemClock } from '#server/platform/clock.ts';
import { systemIds } from '#server/platform/ids.ts';
import { createCallerFactory } from '#server/platform/trpc.ts';
import { walletSignature } from '#server/sandbox/venice/wallets.ts';
import { startTestVenice } from '#server/sandbox/venice/testing.ts';
import { testContext } from '#server/testing/context.ts';
import { testDatabase } from '#server/testing/database.ts';
import { testSecret } from '#server/testing/market.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { signIn } from './flows.ts';
import { createVeniceClient } from './venice-client.ts';
import { walletSignInRouter } from './wallet-router.ts';

const rounds = proofSize({ short: 20, long: 500 });
/** Ordinary runs share the machine with other tests, so that only a wait would show there. */
const differenceMsMax = proofSize({ short: 1_000, long: 10 });

describe('how long a sign-in takes tells nobody who is a citizen', async () => {
  const database = await testDatabase();
  const venice = await startTestVenice();
  const client = createVeniceClient({ apiUrl: `${venice.url}/api`, callsPerMinuteMax: 10_000 });
  const callerOf = createCallerFactory(walletSignInRouter(() => client));
  const tools = { clock: systemClock, ids: systemIds, secret: testSecret };
  const deps = { inTransaction: database.inTransaction.bind(database), venice: client, ...tools };
  afterAll(() => venice.close());

  const signInByOidc = (username: string) =>
    signIn(deps, { username, method: 'venice', client: { device: '', place: '' }, previousToken: null }).then(
      () => 'signed in',
      () => 'refused',
    );

  /** From asking for the message to the refusal of a wrong signature. */
  async function signInByWallet(username: string): Promise<string> {
    const browserId = 'b'.repeat(43);
    const context = testContext({ database, clock: systemClock }, null);
    const caller = callerOf({ ...context, client: { ...context.client, browserId } });
    const { nonce, message } = await caller.challenge({ username });
    const signature = walletSignature('bigbosefx', message).toString('base64');
    return await caller.verify({ username, nonce, signature }).then(
      () => 'signed in',
      () => 'refused',
    );
  }

  /** Medians in milliseconds of attempts that take turns, so that what else the machine does meets all alike. */
  async function medians(
    attempt: (username: string) => Promise<string>,
    usernames: readonly string[],
  ): Promise<{ username: string; outcome: string; median: number }[]> {
    const measured = usernames.map((username) => ({ username, times: [] as number[], outcomes: new Set<string>() }));
    for (let round = 0; round < rounds; round += 1) {
      // Whoever comes first in one round comes last in the next.
      for (const each of round % 2 === 0 ? measured : [...measured].reverse()) {
        const began = performance.now();
        each.outcomes.add(await attempt(each.username));
        each.times.push(performance.now() - began);
      }
    }
    return measured.map(({ username, times, outcomes }) => {
      const median = [...times].sort((left, right) => left - right)[Math.floor(rounds / 2)] ?? 0;
      return { username, outcome: [...outcomes].join(), median };
    });
  }

  type Told = Awaited<ReturnType<typeof medians>>;
  const asFigures = (how: string, told: Told) =>
    Object.fromEntries(told.map(({ username, median }) => [`${how}${username}Us`, Math.round(median * 1_000)]));
  const difference = (told: Told) => {
    const times = told.map(({ median }) => median);
    return Math.max(...times) - Math.min(...times);
  };

  it(
    'by wallet: somebody known, somebody unknown and somebody without a wallet',
    { timeout: 300_000 },
    async ({ task, annotate }) => {
      const usernames = ['NLR', 'NobodyAtAll', 'SaltPorter'];
      await signInByOidc('NLR');
      const found = await medians(signInByWallet, usernames);
      expect(found.map(({ outcome }) => outcome)).toEqual(['refused', 'refused', 'refused']);
      task.meta.figures = asFigures('wallet', found);
      await annotate(`medians of ${String(rounds)}: ${JSON.stringify(task.meta.figures)}`);
      expect(difference(found)).toBeLessThan(differenceMsMax);
    },
  );

  it(
    'by way of Venice: somebody known and somebody whom Venice does not know',
    { timeout: 300_000 },
    async ({ task, annotate }) => {
      const found = await medians(signInByOidc, ['NLR', 'NobodyAtAll']);
      expect(found.map(({ outcome }) => outcome)).toEqual(['signed in', 'refused']);
      task.meta.figures = asFigures('venice', found);
      await annotate(`medians of ${String(rounds)}: ${JSON.stringify(task.meta.figures)}`);
      expect(difference(found)).toBeLessThan(differenceMsMax);
    },
  );
});
