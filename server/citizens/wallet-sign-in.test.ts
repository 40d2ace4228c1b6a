import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { browserCookieName } from '#server/platform/browser-cookie.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { readSessionToken, sessionCookieName } from '#server/platform/session.ts';
import { createCallerFactory } from '#server/platform/trpc.ts';
import { signAs, startTestVenice } from '#server/sandbox/venice/testing.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testContext } from '#server/testing/context.ts';
import { testDatabase } from '#server/testing/database.ts';
import { testSecret } from '#server/testing/market.ts';
import { closeAccount } from './closing.ts';
import { sessionStore } from './sessions.ts';
import { createVeniceClient } from './venice-client.ts';
import { walletSignInRouter } from './wallet-router.ts';

describe('signing in by wallet', async () => {
  const database = await testDatabase();
  const clock = movableClock(new Date());
  const venice = await startTestVenice();
  const client = createVeniceClient({ apiUrl: `${venice.url}/api`, callsPerMinuteMax: 10_000 });
  const sessions = sessionStore(database, clock);
  const callerOf = createCallerFactory(walletSignInRouter(() => client));
  afterAll(() => venice.close());
  beforeEach(() => venice.control({ reset: true }));

  /** A browser that keeps its cookies, at one address of the product. */
  class Browser {
    readonly cookies = new Map<string, string>();
    readonly appUrl: string;

    constructor(appUrl = 'http://127.0.0.1') {
      this.appUrl = appUrl;
    }

    async #call<T>(work: (caller: ReturnType<typeof callerOf>) => Promise<T>): Promise<T> {
      const context = testContext({ database, clock }, await this.principal());
      const browserId = this.cookies.get(browserCookieName(this.appUrl)) ?? null;
      const facts = {
        address: '127.0.0.1',
        userAgent: 'Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0',
      };
      try {
        return await work(callerOf({ ...context, appUrl: this.appUrl, client: { ...facts, browserId } }));
      } finally {
        for (const line of context.cookies) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
          this.cookies.set(name, value);
        }
      }
    }

    challenge(username: string) {
      return this.#call((caller) => caller.challenge({ username }));
    }

    verify(input: { username: string; nonce: string; signature: string }) {
      return this.#call((caller) => caller.verify(input));
    }

    async token(): Promise<string | null> {
      const { secret } = testContext({ database, clock }, null);
      const value = this.cookies.get(sessionCookieName(this.appUrl)) ?? '';
      const headers = new Headers({ cookie: `${sessionCookieName(this.appUrl)}=${value}` });
      return await readSessionToken(headers, { secret, appUrl: this.appUrl });
    }

    async principal() {
      const token = await this.token();
      return token === null ? null : await sessions.find(token);
    }

    async signIn(username: string) {
      const { nonce, message } = await this.challenge(username);
      await this.verify({ username, nonce, signature: await signAs(venice, username, message) });
    }
  }

  const outcomeOf = (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'signed in',
      (error: unknown) => {
        const { cause } = error as { cause?: unknown };
        return isDomainError(cause) ? cause.code : error;
      },
    );

  it('opens a session for the citizen whose wallet signed, new or known, with the class Venice tells', async () => {
    const browser = new Browser();
    await browser.signIn('NLR');
    expect(await browser.principal()).toMatchObject({ username: 'NLR', tier: 'enterprise', secondFactorAt: null });
    const { sessionId } = (await browser.principal()) ?? {};
    const row = await database.client.session.findUniqueOrThrow({ where: { id: sessionId ?? '' } });
    expect(row).toMatchObject({ method: 'wallet', device: 'Firefox on Linux' });
  });

  it('hands the browser a random cookie of its own that no script can read, and keeps only its hash', async () => {
    const browser = new Browser('https://cascade.example');
    await browser.challenge('NLR');
    const id = browser.cookies.get('__Host-cascade-browser') ?? '';
    expect(id).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const rows = JSON.stringify(await database.client.proofChallenge.findMany({ take: 100 }));
    expect(rows).not.toContain(id);
    await browser.challenge('NLR');
    expect(browser.cookies.get('__Host-cascade-browser')).toBe(id);
  });

  it('takes a nonce once, also of twenty answers at the same time', async () => {
    const browser = new Browser();
    const { nonce, message } = await browser.challenge('NLR');
    const answer = { username: 'NLR', nonce, signature: await signAs(venice, 'NLR', message) };
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => outcomeOf(browser.verify(answer))));
    expect(outcomes.filter((outcome) => outcome === 'signed in')).toHaveLength(1);
    expect(new Set(outcomes)).toEqual(new Set(['signed in', 'wallet_proof_failed']));
    expect(await outcomeOf(browser.verify(answer))).toBe('wallet_proof_failed');
  });

  it('uses a nonce up by a wrong signature too', async () => {
    const browser = new Browser();
    const { nonce, message } = await browser.challenge('NLR');
    const [right, wrong] = [await signAs(venice, 'NLR', message), await signAs(venice, 'bigbosefx', message)];
    expect(await outcomeOf(browser.verify({ username: 'NLR', nonce, signature: wrong }))).toBe('wallet_proof_failed');
    expect(await outcomeOf(browser.verify({ username: 'NLR', nonce, signature: right }))).toBe('wallet_proof_failed');
  });

  it('refuses a nonce of another browser and of none, and leaves it to the browser it was made for', async () => {
    const [own, other] = [new Browser(), new Browser()];
    const { nonce, message } = await own.challenge('NLR');
    const answer = { username: 'NLR', nonce, signature: await signAs(venice, 'NLR', message) };
    expect(await outcomeOf(other.verify(answer))).toBe('wallet_proof_failed');
    await other.challenge('NLR');
    expect(await outcomeOf(other.verify(answer))).toBe('wallet_proof_failed');
    expect(await outcomeOf(own.verify(answer))).toBe('signed in');
  });

  it('refuses what was signed for another domain', async () => {
    const browser = new Browser();
    const { nonce, message } = await browser.challenge('NLR');
    const phished = message.replaceAll('127.0.0.1', 'cascade.evil.example');
    const signature = await signAs(venice, 'NLR', phished);
    expect(phished).not.toBe(message);
    expect(await outcomeOf(browser.verify({ username: 'NLR', nonce, signature }))).toBe('wallet_proof_failed');
  });

  it('refuses a nonce that was made for another citizen, even with the right signature of either', async () => {
    const browser = new Browser();
    for (const signer of ['NLR', 'bigbosefx']) {
      const { nonce, message } = await browser.challenge('bigbosefx');
      const swapped = message.replace('\nbigbosefx\n', '\nNLR\n');
      const signature = await signAs(venice, signer, swapped);
      expect(await outcomeOf(browser.verify({ username: 'NLR', nonce, signature }))).toBe('wallet_proof_failed');
    }
  });

  it('refuses a signature made for another nonce, though browser, citizen and wallet are the same', async () => {
    const browser = new Browser();
    const [first, second] = [await browser.challenge('NLR'), await browser.challenge('NLR')];
    const signature = await signAs(venice, 'NLR', first.message);
    const replay = { username: 'NLR', nonce: second.nonce, signature };
    expect(await outcomeOf(browser.verify(replay))).toBe('wallet_proof_failed');
    expect(await outcomeOf(browser.verify({ ...replay, nonce: first.nonce }))).toBe('signed in');
  });

  it('refuses a nonce after five minutes, and forgets it', async () => {
    const browser = new Browser();
    const { nonce, message, expiresAt } = await browser.challenge('NLR');
    const answer = { username: 'NLR', nonce, signature: await signAs(venice, 'NLR', message) };
    clock.advance(5 * 60_000);
    expect(clock.now()).toEqual(expiresAt);
    expect(await outcomeOf(browser.verify(answer))).toBe('wallet_proof_failed');
    await browser.challenge('NLR');
    const kept = await database.client.proofChallenge.findMany({ where: { challenge: `NLR:${nonce}` }, take: 1 });
    expect(kept).toEqual([]);
  });

  it('gives somebody unknown, somebody without a wallet and a wrong signature one and the same answer', async () => {
    const browser = new Browser();
    const answers = await Promise.all(
      ['NLR', 'Nobody', 'SaltPorter', 'nlr', 'N1R', 'RepublicTreasury'].map(async (username) => {
        const { nonce, message } = await browser.challenge(username);
        const signature = await signAs(venice, 'bigbosefx', message);
        return await browser.verify({ username, nonce, signature }).catch((error: unknown) => String(error));
      }),
    );
    expect(new Set(answers).size).toBe(1);
    expect(answers[0]).toContain('not a valid signature');
  });

  it('asks Venice once whoever it is, and not at all before the signature is handed in', async () => {
    const calls = async () =>
      ((await (await fetch(`${venice.url}/sandbox/traffic`)).json()) as { calls: number }).calls;
    for (const username of ['NLR', 'Nobody', 'SaltPorter', 'RepublicTreasury']) {
      const browser = new Browser();
      const before = await calls();
      const { nonce, message } = await browser.challenge(username);
      expect(await calls()).toBe(before);
      const signature = await signAs(venice, 'bigbosefx', message);
      expect(await outcomeOf(browser.verify({ username, nonce, signature }))).toBe('wallet_proof_failed');
      expect(await calls()).toBe(before + 1);
    }
  });

  it.each(['ΝLR', 'NLＲ', 'NL\u200dR', 'NLR ', 'NLR\n', '..', '', 'rialto‐banker'])(
    'takes a name that only looks like one of Venice for none: %j',
    async (username) => {
      expect(await outcomeOf(new Browser().challenge(username))).toBe('invalid_username');
    },
  );

  it('lets nobody in under a name that is spelled almost like their own', async () => {
    for (const username of ['nlr', 'rialto-banker', 'riaIto_banker', 'rialto_banker.']) {
      const browser = new Browser();
      const { nonce, message } = await browser.challenge(username);
      const signer = username === 'nlr' ? 'NLR' : 'rialto_banker';
      const signature = await signAs(venice, signer, message);
      expect(await outcomeOf(browser.verify({ username, nonce, signature }))).toBe('wallet_proof_failed');
    }
  });

  it('makes a session that was planted in the browser before worthless', async () => {
    const attacker = new Browser();
    await attacker.signIn('bigbosefx');
    const victim = new Browser();
    for (const [name, value] of attacker.cookies) victim.cookies.set(name, value);
    const planted = (await attacker.token()) ?? '';
    await victim.signIn('NLR');
    expect(await victim.principal()).toMatchObject({ username: 'NLR' });
    expect(await victim.token()).not.toBe(planted);
    expect(await sessions.find(planted)).toBeNull();
    expect(await attacker.principal()).toBeNull();
  });

  it('refuses the machinery of Venice, and only after its proof', async () => {
    expect(await outcomeOf(new Browser().signIn('RepublicTreasury'))).toBe('system_citizen');
    expect(await database.client.citizen.count({ where: { username: 'RepublicTreasury' } })).toBe(0);
  });

  it('opens the closed account of a citizen again, with the books it had', async () => {
    const browser = new Browser();
    await browser.signIn('MirrorSmith');
    const { citizenId = '' } = (await browser.principal()) ?? {};
    const deps = { clock, ids: systemIds, secret: testSecret, parts: [] };
    await database.inTransaction((tx) => closeAccount(tx, deps, { citizenId, confirmation: 'MirrorSmith' }));
    expect(await browser.principal()).toBeNull();
    await browser.signIn('MirrorSmith');
    expect(await browser.principal()).toMatchObject({ username: 'MirrorSmith', citizenId });
  });

  it('asks for a signature that is one before the nonce is used up', async () => {
    const browser = new Browser();
    const { nonce, message } = await browser.challenge('NLR');
    expect(await outcomeOf(browser.verify({ username: 'NLR', nonce, signature: 'not one' }))).toBe(
      'signature_malformed',
    );
    const signature = await signAs(venice, 'NLR', message);
    expect(await outcomeOf(browser.verify({ username: 'NLR', nonce, signature }))).toBe('signed in');
  });

  it('stores the wallet nowhere, and asks for it anew each time', async () => {
    const { citizen } = (await (await fetch(`${venice.url}/api/citizens/NLR`)).json()) as {
      citizen: { wallet: string };
    };
    await new Browser().signIn('NLR');
    const stored = JSON.stringify(
      await Promise.all([
        database.client.citizen.findMany({ take: 100 }),
        database.client.session.findMany({ take: 100, omit: { tokenHash: true } }),
        database.client.proofChallenge.findMany({ take: 100 }),
        database.client.auditEvent.findMany({ take: 100 }),
      ]),
    );
    expect(stored).toContain('NLR');
    expect(stored).not.toContain(citizen.wallet);
  });

  // The last one: afterwards our client leaves Venice alone for a while.
  it('says that Venice is away, for every name alike', async () => {
    await venice.control({ api: 'error' });
    for (const username of ['NLR', 'Nobody']) {
      const browser = new Browser();
      const { nonce, message } = await browser.challenge(username);
      const signature = await signAs(venice, 'NLR', message);
      expect(await outcomeOf(browser.verify({ username, nonce, signature }))).toBe('venice_unavailable');
    }
  });
});
