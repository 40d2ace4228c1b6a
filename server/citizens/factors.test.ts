import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemIds } from '#server/platform/ids.ts';
import { testAuthenticator } from '#server/testing/authenticator.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testContext } from '#server/testing/context.ts';
import { testDatabase } from '#server/testing/database.ts';
import { codeAt, codeOf, enrolTotp, testBrowser, type TestBrowser } from '#server/testing/factors.ts';
import { factorsOf, resetFactors } from './factors.ts';
import { useRecoveryCode } from './recovery-codes.ts';
import { sessionStore } from './sessions.ts';

const seed = Date.now() % 1_000_000;

describe('second factors', async () => {
  const database = await testDatabase({ connectionsMax: 20 });
  const clock = movableClock(new Date('2026-11-21T10:00:10Z'));
  const world = { database, clock };
  const { appUrl: origin } = testContext(world, null);

  const kindsTold = async (citizenId: string) => {
    const rows = await database.client.notification.findMany({ where: { citizenId }, orderBy: { id: 'asc' } });
    return rows.map(({ kind }) => kind);
  };
  const trustEvents = async (citizenId: string) =>
    (await database.client.trustEvent.findMany({ where: { citizenId } })).map(({ kind }) => kind);

  async function addPasskey(browser: TestBrowser, name = 'Key of the house') {
    const authenticator = testAuthenticator({ origin });
    const options = await browser.ask((security) => security.startPasskey());
    await browser.ask((security) => security.addPasskey({ response: authenticator.register(options), name }));
    return authenticator;
  }

  it('are asked for at the next sign-in: until one is given the session may do nothing', async () => {
    const browser = await testBrowser(world);
    const secret = await enrolTotp(browser, clock);
    const next = await testBrowser(world, browser);
    expect(await codeOf(next.ask((security) => security.factors()))).toBe('second_factor_required');
    expect(await next.ask((security) => security.ways())).toEqual({ totp: true, passkey: false, recoveryCode: false });
    await next.ask((security) => security.proveTotp({ code: codeAt(secret, clock.now()) }));
    expect(await codeOf(next.ask((security) => security.factors()))).toBe('done');
  });

  it('change only after a proof of the last five minutes: by the factor itself where there is one', async () => {
    const browser = await testBrowser(world);
    clock.advance(5 * 60_000 + 1);
    expect(await codeOf(browser.ask((security) => security.startTotp()))).toBe('step_up_required');
    const fresh = await testBrowser(world, browser);
    const secret = await enrolTotp(fresh, clock);
    clock.advance(5 * 60_000 + 1);
    expect(await codeOf(fresh.ask((security) => security.removeTotp()))).toBe('step_up_required');
    await fresh.ask((security) => security.proveTotp({ code: codeAt(secret, clock.now()) }));
    clock.advance(5 * 60_000);
    expect(await codeOf(fresh.ask((security) => security.removeTotp()))).toBe('done');
  });

  it('that are removed end every other session, tell the citizen, and the last one is noted against trust', async () => {
    const browser = await testBrowser(world);
    const secret = await enrolTotp(browser, clock);
    await addPasskey(browser);
    const elsewhere = await testBrowser(world, browser);
    await browser.ask((security) => security.proveTotp({ code: codeAt(secret, clock.now()) }));
    await browser.ask((security) => security.removeTotp());
    expect(await sessionStore(database, clock).find(elsewhere.token)).toBeNull();
    expect(await sessionStore(database, clock).find(browser.token)).not.toBeNull();
    expect(await trustEvents(browser.citizenId)).toEqual([]);
    const [passkey] = (await browser.ask((security) => security.factors())).passkeys;
    await browser.ask((security) => security.removePasskey({ passkeyId: passkey?.id ?? '' }));
    expect(await trustEvents(browser.citizenId)).toEqual(['factor_removed']);
    expect(await kindsTold(browser.citizenId)).toEqual([
      'factor_added',
      'factor_added',
      'factor_removed',
      'factor_removed',
    ]);
  });

  it('that a citizen lost are reset by an operator: all are gone, every session ends, cash-out will wait', async () => {
    const browser = await testBrowser(world);
    await enrolTotp(browser, clock);
    await addPasskey(browser);
    await browser.ask((security) => security.makeRecoveryCodes());
    const { citizenId } = browser;
    expect(await database.inTransaction((tx) => resetFactors(tx, { citizenId, clock, ids: systemIds }))).toBe(true);
    expect(await factorsOf(database.client, citizenId)).toEqual({
      totpSince: null,
      passkeys: [],
      recoveryCodesLeft: 0,
    });
    expect(await sessionStore(database, clock).find(browser.token)).toBeNull();
    expect(await trustEvents(citizenId)).toEqual(['factors_reset']);
    expect(await database.inTransaction((tx) => resetFactors(tx, { citizenId, clock, ids: systemIds }))).toBe(false);
  });

  it(`are what has_second_factor says, after any sequence of changes (seed ${String(seed)})`, async () => {
    const steps = fc.array(fc.constantFrom('totp', 'passkey', 'dropTotp', 'dropPasskey', 'begin'), { maxLength: 8 });
    for (const sequence of fc.sample(steps, { seed, numRuns: 12 })) {
      const browser = await testBrowser(world);
      for (const step of sequence) {
        await takeStep(browser, step);
        const { totpSince, passkeys } = await factorsOf(database.client, browser.citizenId);
        const citizen = await database.client.citizen.findUniqueOrThrow({ where: { id: browser.citizenId } });
        expect(citizen.hasSecondFactor).toBe(totpSince !== null || passkeys.length > 0);
      }
    }
  });

  async function takeStep(browser: TestBrowser, step: 'totp' | 'passkey' | 'dropTotp' | 'dropPasskey' | 'begin') {
    switch (step) {
      case 'begin':
        await codeOf(browser.ask((security) => security.startTotp()));
        return;
      case 'totp':
        await codeOf(enrolTotp(browser, clock));
        return;
      case 'passkey':
        await codeOf(addPasskey(browser));
        return;
      case 'dropTotp':
        await codeOf(browser.ask((security) => security.removeTotp()));
        return;
      case 'dropPasskey': {
        const [first] = (await factorsOf(database.client, browser.citizenId)).passkeys;
        if (first !== undefined)
          await codeOf(browser.ask((security) => security.removePasskey({ passkeyId: first.id })));
      }
    }
  }

  describe('on paper', () => {
    it('are ten different codes of which the database keeps none, each good for one proof however it is typed', async () => {
      const browser = await testBrowser(world);
      await enrolTotp(browser, clock);
      const codes = await browser.ask((security) => security.makeRecoveryCodes());
      expect(new Set(codes).size).toBe(10);
      const stored = JSON.stringify(
        await database.client.recoveryCode.findMany({ where: { citizenId: browser.citizenId } }),
      );
      for (const code of codes) expect(stored).not.toContain(code);
      const [first = '', second = ''] = codes;
      const next = await testBrowser(world, browser);
      const typed = ` ${first.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `;
      expect(await codeOf(next.ask((security) => security.proveRecoveryCode({ code: typed })))).toBe('done');
      expect(await codeOf(next.ask((security) => security.proveRecoveryCode({ code: first })))).toBe('code_wrong');
      expect(await codeOf(next.ask((security) => security.proveRecoveryCode({ code: second })))).toBe('done');
      expect((await next.ask((security) => security.factors())).recoveryCodesLeft).toBe(8);
      expect(await kindsTold(browser.citizenId)).toContain('recovery_code_used');
    });

    it('work once for sixteen who use the same one at once', async () => {
      const browser = await testBrowser(world);
      await enrolTotp(browser, clock);
      const [code = ''] = await browser.ask((security) => security.makeRecoveryCodes());
      const { secret } = testContext(world, null);
      const input = { citizenId: browser.citizenId, code, secret, clock, ids: systemIds };
      const answers = await Promise.all(
        Array.from({ length: 16 }, () => database.inTransaction((tx) => useRecoveryCode(tx, input))),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    it('are void once there are new ones, of someone else worth nothing, and not made without a factor', async () => {
      const [own, foreign] = [await testBrowser(world), await testBrowser(world)];
      expect(await codeOf(own.ask((security) => security.makeRecoveryCodes()))).toBe('factor_missing');
      await enrolTotp(own, clock);
      await enrolTotp(foreign, clock);
      const [old = ''] = await own.ask((security) => security.makeRecoveryCodes());
      await own.ask((security) => security.makeRecoveryCodes());
      const [others = ''] = await foreign.ask((security) => security.makeRecoveryCodes());
      for (const code of [old, others, 'AAAA-AAAA-AAAA'])
        expect(await codeOf(own.ask((security) => security.proveRecoveryCode({ code })))).toBe('code_wrong');
    });
  });
});
