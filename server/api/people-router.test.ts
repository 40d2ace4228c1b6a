import { beforeAll, describe, expect, it } from 'vitest';
import { isDomainError } from '#server/platform/errors.ts';
import { testContext } from '#server/testing/context.ts';
import { asSuperuser } from '#server/testing/database.ts';
import { testMarket, type TestMarket } from '#server/testing/market.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { createCaller } from './root.ts';

let market: TestMarket;
let adminId: string;
let adminName: string;

function desk(facts: Parameters<typeof testPrincipal>[0] = {}) {
  const admin = testPrincipal({ role: 'operator', citizenId: adminId, username: adminName, ...facts });
  return createCaller(testContext(market, admin)).operator.people;
}

const nameOf = async (citizenId: string) =>
  (await market.database.client.citizen.findUniqueOrThrow({ where: { id: citizenId }, select: { username: true } }))
    .username;

const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'done',
    (error: unknown) => (error instanceof Error && isDomainError(error.cause) ? error.cause.code : error),
  );

beforeAll(async () => {
  market = await testMarket();
  adminId = (await market.citizen({ role: 'operator' })).citizenId;
  adminName = await nameOf(adminId);
});

describe('the people of the desk', () => {
  it('shows who was appointed by whom, and what they may do', async () => {
    const username = await nameOf((await market.citizen()).citizenId);
    await desk().appoint({ username, operatorRole: 'finance' });
    const rows = await desk().operators();
    expect(rows.find((row) => row.username === username)).toMatchObject({
      operatorRole: 'finance',
      appointerName: adminName,
      hasSecondFactor: false,
      isOwn: false,
    });
    expect(rows.find((row) => row.isOwn)).toMatchObject({ username: adminName, appointerName: null });
    await desk().dismiss({ username });
    expect((await desk().operators()).some((row) => row.username === username)).toBe(false);
  });
});

describe('the record', () => {
  const latest = async () => (await desk().audit({ limit: 1 })).events[0];

  it('keeps who did what to whom in which session, and that it was done', async () => {
    const username = await nameOf((await market.citizen()).citizenId);
    const principal = testPrincipal({ role: 'operator', citizenId: adminId, username: adminName });
    await createCaller(testContext(market, principal)).operator.people.appoint({ username, operatorRole: 'support' });
    expect(await latest()).toMatchObject({
      action: 'operator.people.appoint',
      actorId: adminId,
      actorName: adminName,
      subject: username,
      outcome: 'done',
      sessionId: principal.sessionId,
    });
  });

  it('keeps a refusal by its code, and what failed on our side as failed', async () => {
    expect(await codeOf(desk().dismiss({ username: 'Nobody' }))).toBe('operator_not_found');
    expect(await latest()).toMatchObject({ action: 'operator.people.dismiss', outcome: 'operator_not_found' });
    await asSuperuser(market.database, 'ALTER TABLE operator_appointment RENAME TO appointments_away');
    const attempt = codeOf(desk().dismiss({ username: 'Somebody' }));
    await attempt;
    await asSuperuser(market.database, 'ALTER TABLE appointments_away RENAME TO operator_appointment');
    expect(await latest()).toMatchObject({ action: 'operator.people.dismiss', outcome: 'failed' });
  });

  it('keeps the attempt of someone whose input makes no sense', async () => {
    const nonsense = { username: '\ud800 \u0000' };
    await codeOf(desk().dismiss(nonsense));
    expect(await latest()).toMatchObject({ action: 'operator.people.dismiss', subject: '\ufffd ' });
  });

  it('does nothing that it cannot write down', async () => {
    const username = await nameOf((await market.citizen()).citizenId);
    await asSuperuser(market.database, 'ALTER TABLE audit_event RENAME TO record_away');
    const outcome = await codeOf(desk().appoint({ username, operatorRole: 'support' }));
    await asSuperuser(market.database, 'ALTER TABLE record_away RENAME TO audit_event');
    expect(outcome).not.toBe('done');
    expect((await desk().operators()).some((row) => row.username === username)).toBe(false);
  });

  it('lets the application change no entry that is finished, and take none away', async () => {
    const { client } = market.database;
    await expect(
      client.$executeRaw`UPDATE audit_event SET outcome = 'done' WHERE outcome <> 'started'`,
    ).rejects.toThrow(/kept as it is/);
    await expect(client.$executeRaw`UPDATE audit_event SET subject = 'else'`).rejects.toThrow(/denied/);
    await expect(client.$executeRaw`DELETE FROM audit_event`).rejects.toThrow(/denied/);
  });

  it('is read page by page without gap or double, of everyone or of one', async () => {
    const own = (await desk().audit({ username: adminName, limit: 100 })).events.map(({ id }) => id);
    const paged: string[] = [];
    for (let cursor: string | undefined; ;) {
      const { events, nextCursor } = await desk().audit({ username: adminName, limit: 2, cursor });
      paged.push(...events.map(({ id }) => id));
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    expect(paged).toEqual(own);
    expect(own.length).toBeGreaterThan(3);
    expect(await codeOf(desk().audit({ username: 'Nobody' }))).toBe('citizen_not_found');
  });
});
