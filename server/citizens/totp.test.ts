import { describe, expect, it } from 'vitest';
import { SealBroken } from '#server/platform/sealing.ts';
import { systemIds } from '#server/platform/ids.ts';
import { movableClock } from '#server/testing/clock.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { giveEmail } from '#server/testing/contact.ts';
import { codeAt, codeOf, enrolTotp, testBrowser } from '#server/testing/factors.ts';
import { testContext } from '#server/testing/context.ts';
import { useTotp } from './totp.ts';
import { sessionStore } from './sessions.ts';

describe('codes of an authenticator app', async () => {
  const database = await testDatabase({ connectionsMax: 20 });
  const clock = movableClock(new Date('2026-11-21T10:00:10Z'));
  const world = { database, clock };
  const ago = (seconds: number) => new Date(clock.now().getTime() - seconds * 1_000);
  const hasFactor = async (citizenId: string) =>
    (await database.client.citizen.findUniqueOrThrow({ where: { id: citizenId } })).hasSecondFactor;

  it('count only once one of them confirmed that the app has the secret', async () => {
    const browser = await testBrowser(world);
    const { secret, uri } = await browser.ask((security) => security.startTotp());
    expect(uri).toContain(`secret=${secret}`);
    expect(await hasFactor(browser.citizenId)).toBe(false);
    expect(await codeOf(browser.ask((security) => security.confirmTotp({ code: '000000' })))).toBe('code_wrong');
    expect(await hasFactor(browser.citizenId)).toBe(false);
    await browser.ask((security) => security.confirmTotp({ code: codeAt(secret, clock.now()) }));
    expect(await hasFactor(browser.citizenId)).toBe(true);
    expect(await codeOf(browser.ask((security) => security.startTotp()))).toBe('totp_exists');
  });

  it('renew the session: the token before them is worthless, stolen or not', async () => {
    const browser = await testBrowser(world);
    const secret = await enrolTotp(browser, clock);
    const stolen = browser.token;
    await browser.ask((security) => security.proveTotp({ code: codeAt(secret, clock.now()) }));
    expect(browser.token).not.toBe(stolen);
    expect(await sessionStore(database, clock).find(stolen)).toBeNull();
    expect(await sessionStore(database, clock).find(browser.token)).toMatchObject({ secondFactorAt: clock.now() });
  });

  it('are accepted from the step before to the step after, and no further', async () => {
    for (const [seconds, outcome] of [
      [61, 'code_wrong'],
      [30, 'done'],
      [-30, 'done'],
      [-61, 'code_wrong'],
    ] as const) {
      const browser = await testBrowser(world);
      const secret = await enrolTotp(browser, clock);
      clock.advance(120_000);
      const code = codeAt(secret, ago(seconds));
      expect([seconds, await codeOf(browser.ask((security) => security.proveTotp({ code })))]).toEqual([
        seconds,
        outcome,
      ]);
    }
  });

  it('work once, and after one no earlier one works', async () => {
    const browser = await testBrowser(world);
    const secret = await enrolTotp(browser, clock);
    clock.advance(60_000);
    const [before, present] = [codeAt(secret, ago(30)), codeAt(secret, clock.now())];
    expect(await codeOf(browser.ask((security) => security.proveTotp({ code: present })))).toBe('done');
    expect(await codeOf(browser.ask((security) => security.proveTotp({ code: present })))).toBe('code_wrong');
    expect(await codeOf(browser.ask((security) => security.proveTotp({ code: before })))).toBe('code_wrong');
  });

  it('that confirmed the app are used with it', async () => {
    const browser = await testBrowser(world);
    const { secret } = await browser.ask((security) => security.startTotp());
    const code = codeAt(secret, clock.now());
    await browser.ask((security) => security.confirmTotp({ code }));
    expect(await codeOf(browser.ask((security) => security.proveTotp({ code })))).toBe('code_wrong');
  });

  it('are accepted by one of sixteen processes that get the same one at once', async () => {
    const browser = await testBrowser(world);
    const secret = await enrolTotp(browser, clock);
    const { sealing } = testContext(world, null);
    const input = { citizenId: browser.citizenId, code: codeAt(secret, clock.now()), sealing, clock, ids: systemIds };
    const answers = await Promise.all(
      Array.from({ length: 16 }, () => database.inTransaction((tx) => useTotp(tx, input))),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
  });

  it('that are wrong are told to the citizen after five in a row, by letter too, and not before', async () => {
    const browser = await testBrowser(world);
    const { citizenId } = browser;
    const secret = await enrolTotp(browser, clock);
    await giveEmail(world, { citizenId, address: 'guarded@example.test' });
    await guess(citizenId, 4);
    await browser.ask((security) => security.proveTotp({ code: codeAt(secret, clock.now()) }));
    await guess(citizenId, 4);
    expect(await told(citizenId)).toEqual([]);
    await guess(citizenId, 10);
    expect(await told(citizenId)).toEqual([{ count: 5 }]);
    expect(await database.client.outgoingMail.count({ where: { citizenId, template: 'wrong_codes' } })).toBe(1);
  });

  it('are accepted no more after a hundred wrong ones in a row, until another factor was proved', async () => {
    const browser = await testBrowser(world);
    const { citizenId } = browser;
    const secret = await enrolTotp(browser, clock);
    const [recovery = ''] = await browser.ask((security) => security.makeRecoveryCodes());
    const right = (): string => codeAt(secret, clock.now());
    await Promise.all(Array.from({ length: 5 }, () => guess(citizenId, 30)));
    expect(await told(citizenId)).toEqual([{ count: 5 }, { count: 100 }]);
    expect(await codeOf(browser.ask((security) => security.proveTotp({ code: right() })))).toBe('totp_locked');
    await browser.ask((security) => security.proveRecoveryCode({ code: recovery }));
    expect(await codeOf(browser.ask((security) => security.proveTotp({ code: right() })))).toBe('done');
    expect(await told(citizenId)).toHaveLength(2);
  });

  /** Gives so many wrong codes, one after the other, past the limits of calls. */
  async function guess(citizenId: string, times: number): Promise<void> {
    const { sealing } = testContext(world, null);
    const input = { citizenId, code: 'no code', sealing, clock, ids: systemIds };
    for (let count = 0; count < times; count += 1) await codeOf(database.inTransaction((tx) => useTotp(tx, input)));
  }

  /** What the citizen was told of wrong codes. */
  async function told(citizenId: string): Promise<unknown[]> {
    const rows = await database.client.notification.findMany({
      where: { citizenId, kind: 'wrong_codes' },
      orderBy: { id: 'asc' },
    });
    return rows.map(({ details }) => details);
  }

  it('of someone else are worth nothing, and neither are ones that are no code', async () => {
    const [own, foreign] = [await testBrowser(world), await testBrowser(world)];
    await enrolTotp(own, clock);
    const secret = await enrolTotp(foreign, clock);
    const code = codeAt(secret, clock.now());
    expect(await codeOf(own.ask((security) => security.proveTotp({ code })))).toBe('code_wrong');
    for (const nonsense of ['12345', 'abcdef', '１２３４５６', ''])
      expect(await codeOf(own.ask((security) => security.proveTotp({ code: nonsense })))).not.toBe('done');
  });

  it('come from a secret that opens only in the row of its citizen', async () => {
    const [own, foreign] = [await testBrowser(world), await testBrowser(world)];
    await enrolTotp(own, clock);
    const secret = await enrolTotp(foreign, clock);
    await asSuperuser(
      database,
      `UPDATE totp_factor SET secret_sealed = (SELECT secret_sealed FROM totp_factor WHERE citizen_id = '${foreign.citizenId}')
        WHERE citizen_id = '${own.citizenId}'`,
    );
    const { sealing } = testContext(world, null);
    const input = { citizenId: own.citizenId, code: codeAt(secret, clock.now()), sealing, clock, ids: systemIds };
    await expect(database.inTransaction((tx) => useTotp(tx, input))).rejects.toThrow(SealBroken);
  });
});
