import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createDatabase } from '#server/platform/db.ts';
import { isDomainError } from '#server/platform/errors.ts';
import { systemIds } from '#server/platform/ids.ts';
import { movableClock } from '#server/testing/clock.ts';
import { giveEmail } from '#server/testing/contact.ts';
import { asSuperuser, testDatabase } from '#server/testing/database.ts';
import { openTransaction, untilWaiting } from '#server/testing/ledger-contention.ts';
import { classOfTier } from '#server/testing/market.ts';
import { tablesHolding } from '#server/testing/personal-rows.ts';
import { apiUsageOf, takeApiCall } from './api-usage.ts';
import { closeAccount, formerUsernameHash, reopenAccount } from './closing.ts';
import { credentialBearer } from './credential-bearer.ts';
import { credentialsMax } from './credential-schema.ts';
import { newCredentialSecret, secretHashOf } from './credential-secret.ts';
import { credentialsOf, endCredential, makeCredential, type NewCredential } from './credentials.ts';
import { lockFactors, resetFactors } from './factors.ts';
import { rememberCitizen } from './service.ts';

const database = await testDatabase({ connectionsMax: 20 });
const { client } = database;
const clock = movableClock(new Date('2026-11-21T10:00:30Z'));
const tools = { clock, ids: systemIds };
const dayMs = 24 * 60 * 60_000;

async function citizen(tier: keyof typeof classOfTier = 'observer'): Promise<{ citizenId: string; username: string }> {
  const username = `c_${randomUUID()}`;
  const profile = { username, displayName: username, socialClass: classOfTier[tier], isAi: false };
  const { id: citizenId } = await database.inTransaction((tx) => rememberCitizen(tx, { profile, ...tools }));
  await client.totpFactor.create({
    data: { citizenId, secretSealed: 'sealed', createdAt: clock.now(), confirmedAt: clock.now() },
  });
  await client.citizen.update({ where: { id: citizenId }, data: { hasSecondFactor: true } });
  return { citizenId, username };
}
const make = (citizenId: string, changes: Partial<NewCredential> = {}) =>
  database.inTransaction((tx) =>
    makeCredential(tx, {
      citizenId,
      name: 'Workshop',
      rights: 'read',
      days: 30,
      mode: 'sandbox',
      ...tools,
      ...changes,
    }),
  );
const end = (citizenId: string, credentialId: string) =>
  database.inTransaction((tx) => endCredential(tx, { citizenId, credentialId, ...tools }));
const bearer = (secret: string, books: Pick<typeof database, 'client' | 'runPrepared'> = database) =>
  credentialBearer({ database: books, clock, mode: 'sandbox' }, secret);
const codeOf = (attempt: Promise<unknown>) =>
  attempt.then(
    () => 'done',
    (error: unknown) => (isDomainError(error) ? `${error.kind} ${error.code}` : String(error)),
  );
const refused = 'unauthenticated invalid_credential';
const list = (citizenId: string) => credentialsOf(client, { citizenId, now: clock.now() });

describe('an API credential', () => {
  it('is who made it, without an operator’s role or any proof, and its secret is in no table', async () => {
    const { citizenId, username } = await citizen('creator');
    await asSuperuser(
      database,
      `UPDATE citizen SET role = 'operator', operator_role = 'admin' WHERE id = '${citizenId}'`,
    );
    const { credentialId, secret } = await make(citizenId, { rights: 'read_write' });
    expect(await bearer(secret)).toMatchObject({
      credential: credentialId,
      principal: {
        ...{ citizenId, username, tier: 'creator', credentialRights: 'read_write', hasSecondFactor: true },
        ...{ role: 'citizen', operatorRole: null, sessionId: null, provedAt: null, secondFactorAt: null },
      },
    });
    expect(await tablesHolding(database, secret)).toEqual([]);
    expect(await tablesHolding(database, secret.slice('cascade_sandbox_'.length, -6))).toEqual([]);
    const row = await client.apiCredential.findUniqueOrThrow({ where: { id: credentialId } });
    expect(row).toMatchObject({ lastFour: secret.slice(-4), secretHash: secretHashOf(secret) });
    expect(JSON.stringify(await list(citizenId))).not.toContain(secret.slice(-6));
  });

  it('ended in one process is over on the very next request of another', async () => {
    const { citizenId } = await citizen();
    const elsewhere = createDatabase(database.adminUrl);
    const { credentialId, secret } = await make(citizenId);
    expect(await codeOf(bearer(secret, elsewhere))).toBe('done');
    await end(citizenId, credentialId);
    expect(await codeOf(bearer(secret, elsewhere))).toBe(refused);
    expect(await codeOf(end(citizenId, credentialId))).toBe('not_found credential_not_found');
    expect(await list(citizenId)).toEqual([]);
    await elsewhere.close();
  });

  it('lives as long as it was made for, then says that it expired, for a month', async () => {
    const { citizenId } = await citizen();
    const { secret, credentialId } = await make(citizenId, { days: 90 });
    const begun = clock.now();
    clock.advance(90 * dayMs - 1);
    expect(await codeOf(bearer(secret))).toBe('done');
    clock.advance(1);
    expect(await codeOf(bearer(secret))).toBe(refused);
    expect(await list(citizenId)).toMatchObject([{ id: credentialId, isExpired: true }]);
    expect(await codeOf(end(citizenId, credentialId))).toBe('not_found credential_not_found');
    clock.advance(30 * dayMs + 1);
    expect(await list(citizenId)).toEqual([]);
    await make(citizenId);
    expect(await client.apiCredential.count({ where: { citizenId } })).toBe(1);
    clock.set(begun);
  });

  it('is refused in one way whatever is wrong with it', async () => {
    const { citizenId } = await citizen();
    const { secret } = await make(citizenId);
    const altered = secret.slice(0, -1) + (secret.endsWith('0') ? '1' : '0');
    const live = newCredentialSecret('live');
    const stranger = newCredentialSecret('sandbox');
    for (const wrong of [altered, live, stranger, `${secret}0`, 'cascade_sandbox_', secret.slice('cascade_'.length)])
      expect(await codeOf(bearer(wrong))).toBe(refused);
  });

  it('notes its last use to the minute', async () => {
    const { citizenId } = await citizen();
    const { secret } = await make(citizenId);
    expect(await list(citizenId)).toMatchObject([{ lastUsedAt: null }]);
    await bearer(secret);
    expect(await list(citizenId)).toMatchObject([{ lastUsedAt: new Date('2026-11-21T10:00:00Z') }]);
    clock.advance(29_999);
    await bearer(secret);
    expect(await list(citizenId)).toMatchObject([{ lastUsedAt: new Date('2026-11-21T10:00:00Z') }]);
    clock.advance(1);
    await bearer(secret);
    expect(await list(citizenId)).toMatchObject([{ lastUsedAt: new Date('2026-11-21T10:01:00Z') }]);
    clock.set(new Date('2026-11-21T10:00:30Z'));
  });

  it('is one of ten at the most, however many are made at once', async () => {
    const { citizenId } = await citizen();
    const outcomes = await Promise.all(Array.from({ length: 16 }, () => codeOf(make(citizenId))));
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(credentialsMax);
    expect(outcomes.filter((outcome) => outcome === 'conflict too_many_credentials')).toHaveLength(6);
    const [one] = await list(citizenId);
    await end(citizenId, one?.id ?? '');
    expect(await codeOf(make(citizenId))).toBe('done');
    expect(await list(citizenId)).toHaveLength(credentialsMax);
  });

  it('of somebody else cannot be ended', async () => {
    const [owner, stranger] = [await citizen(), await citizen()];
    const { credentialId, secret } = await make(owner.citizenId);
    expect(await codeOf(end(stranger.citizenId, credentialId))).toBe('not_found credential_not_found');
    expect(await codeOf(bearer(secret))).toBe('done');
  });

  it('is told of when it is made and when it is ended, on the page and by mail', async () => {
    const { citizenId } = await citizen();
    await giveEmail({ database, clock }, { citizenId, address: 'programs@example.test' });
    const { credentialId } = await make(citizenId, { name: 'Stock', rights: 'read_write', days: 365 });
    await end(citizenId, credentialId);
    const kinds = ['credential_made', 'credential_ended'];
    const told = await client.notification.findMany({
      where: { citizenId, kind: { in: kinds } },
      orderBy: { id: 'asc' },
    });
    expect(told).toMatchObject([
      { kind: 'credential_made', details: { name: 'Stock', rights: 'read_write', count: 365 } },
      { kind: 'credential_ended', details: { name: 'Stock' } },
    ]);
    expect(await client.outgoingMail.count({ where: { citizenId, template: { in: kinds } } })).toBe(2);
  });
});

describe('the credentials of a citizen', () => {
  it('end with their last second factor, and none comes back with a new one', async () => {
    const { citizenId } = await citizen();
    const [{ secret }, { secret: other }] = [await make(citizenId), await make(citizenId)];
    await database.inTransaction((tx) => resetFactors(tx, { citizenId, ...tools }));
    expect([await codeOf(bearer(secret)), await codeOf(bearer(other))]).toEqual([refused, refused]);
    await client.citizen.update({ where: { id: citizenId }, data: { hasSecondFactor: true } });
    expect(await codeOf(bearer(secret))).toBe(refused);
    expect(await client.notification.findMany({ where: { citizenId, kind: 'credentials_ended' } })).toMatchObject([
      { details: { count: 2 } },
    ]);
  });

  it('open no door while there is no second factor, even where they were not ended', async () => {
    const { citizenId } = await citizen();
    const { secret } = await make(citizenId);
    await client.citizen.update({ where: { id: citizenId }, data: { hasSecondFactor: false } });
    expect(await codeOf(bearer(secret))).toBe(refused);
  });

  it('are not made beside the removal of the last factor: whoever waited for it is refused', async () => {
    const { citizenId } = await citizen();
    const removal = await openTransaction(database, async (tx) => {
      await lockFactors(tx, citizenId);
      await resetFactors(tx, { citizenId, ...tools });
    });
    const making = codeOf(make(citizenId));
    await untilWaiting(database);
    await removal.commit();
    expect(await making).toBe('forbidden factor_missing');
    expect(await list(citizenId)).toEqual([]);
  });

  it('end with the account, and the calls of the month are not forgotten by it', async () => {
    const { citizenId, username } = await citizen();
    const { secret } = await make(citizenId);
    await takeApiCall({ database, clock }, citizenId);
    const deps = { ...tools, secret: 'a secret for tests', parts: [] };
    await database.inTransaction((tx) => closeAccount(tx, deps, { citizenId, confirmation: username }));
    expect(await codeOf(bearer(secret))).toBe(refused);
    expect(await client.apiCredential.count({ where: { citizenId } })).toBe(0);
    const usernameHash = formerUsernameHash(deps.secret, username);
    await database.inTransaction((tx) => reopenAccount(tx, { username, usernameHash }));
    await client.citizen.update({ where: { id: citizenId }, data: { hasSecondFactor: true } });
    expect(await codeOf(bearer(secret))).toBe(refused);
    expect(await usage(citizenId)).toMatchObject({ used: 1 });
  });
});

const usage = (citizenId: string, tier: keyof typeof classOfTier = 'observer') =>
  apiUsageOf(client, { citizenId, tier, now: clock.now() });
const take = (citizenId: string) => takeApiCall({ database, clock }, citizenId);
const used = (citizenId: string, calls: number) =>
  client.apiUsage.create({ data: { citizenId, month: new Date('2026-11-01'), calls } });

describe('the calls of a month', () => {
  it('are counted exactly, and never exceed what the tier allows, when sixteen come at once', async () => {
    const { citizenId } = await citizen();
    await Promise.all(Array.from({ length: 16 }, () => take(citizenId)));
    expect(await usage(citizenId)).toMatchObject({ used: 16, allowed: 100 });
    // All of them have begun before any of them knows what the others take.
    const calls = await openTransaction(database, (tx) =>
      tx.apiUsage.updateMany({ where: { citizenId }, data: { calls: 95 } }),
    );
    const taking = Promise.all(Array.from({ length: 16 }, () => codeOf(take(citizenId))));
    await untilWaiting(database, 16);
    await calls.commit();
    const outcomes = await taking;
    expect(outcomes.filter((outcome) => outcome === 'done')).toHaveLength(5);
    expect(outcomes.filter((outcome) => outcome === 'rate_limited monthly_calls_used')).toHaveLength(11);
    expect(await usage(citizenId)).toMatchObject({ used: 100 });
  });

  it('begin anew with the month of UTC, and a refusal says when that is', async () => {
    const { citizenId } = await citizen();
    await used(citizenId, 100);
    clock.set(new Date('2026-11-30T23:59:59.500Z'));
    await expect(take(citizenId)).rejects.toMatchObject({
      details: { limit: 'month', calls: 100, retryAfterSeconds: 1 },
    });
    clock.set(new Date('2026-11-29T00:00:00Z'));
    await expect(take(citizenId)).rejects.toMatchObject({ details: { retryAfterSeconds: 2 * 24 * 3_600 } });
    clock.set(new Date('2026-12-01T00:00:00Z'));
    expect(await take(citizenId)).toEqual({ limit: 100, remaining: 99, resetSeconds: 31 * 24 * 3_600 });
    expect(await usage(citizenId)).toEqual({ used: 1, allowed: 100, resetsAt: new Date('2027-01-01') });
    clock.set(new Date('2026-11-21T10:00:30Z'));
    expect(await usage(citizenId)).toMatchObject({ used: 100 });
  });

  it('follow the tier at that moment, are unlimited for an enterprise, and none where none are given', async () => {
    const { citizenId } = await citizen('enterprise');
    await used(citizenId, 12_000);
    expect(await take(citizenId)).toBeNull();
    expect(await usage(citizenId, 'enterprise')).toMatchObject({ used: 12_001, allowed: null });
    await asSuperuser(database, `UPDATE citizen SET tier = 'creator' WHERE id = '${citizenId}'`);
    expect(await codeOf(take(citizenId))).toBe('rate_limited monthly_calls_used');
    const { citizenId: other } = await citizen();
    await asSuperuser(database, `UPDATE tier_entitlement SET api_calls_per_month = 0 WHERE tier = 'observer'`);
    expect(await codeOf(take(other))).toBe('rate_limited monthly_calls_used');
    await asSuperuser(database, `UPDATE tier_entitlement SET api_calls_per_month = 100 WHERE tier = 'observer'`);
  });

  it('count all credentials of a citizen together, and nobody else’s', async () => {
    const [{ citizenId }, { citizenId: other }] = [await citizen(), await citizen()];
    await used(citizenId, 99);
    await take(citizenId);
    expect(await codeOf(take(citizenId))).toBe('rate_limited monthly_calls_used');
    expect(await codeOf(take(other))).toBe('done');
  });
});
