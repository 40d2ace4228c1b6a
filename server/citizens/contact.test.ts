import { describe, expect, it } from 'vitest';
import { createCaller } from '#server/api/root.ts';
import { isDomainError } from '#server/platform/errors.ts';
import type { Principal } from '#server/platform/session.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testContext } from '#server/testing/context.ts';
import { giveEmail, lastToken, testCitizen } from '#server/testing/contact.ts';
import { testDatabase } from '#server/testing/database.ts';
import { testPrincipal } from '#server/testing/principal.ts';
import { testSealing } from '#server/testing/sealing.ts';
import { trustFacts } from './trust-facts.ts';
import { addressPlace, openText } from './mail.ts';
import { emailAddress, maskedAddress } from './schema.ts';

describe('a contact address', async () => {
  const database = await testDatabase();
  const clock = movableClock(new Date('2026-11-21T10:00:00Z'));
  const world = { database, clock };
  const client = database.client;
  let count = 0;
  const newcomer = () => testCitizen(world, `citizen${String((count += 1))}`);
  const as = (citizenId: string, facts: Partial<Principal> = {}) =>
    createCaller(testContext(world, testPrincipal({ citizenId, provedAt: clock.now(), ...facts })));
  const nobody = createCaller(testContext(world, null));
  const refusalOf = (attempt: Promise<unknown>) =>
    attempt.then(
      () => 'allowed',
      (error: unknown) => {
        const cause: unknown = (error as { cause?: unknown }).cause;
        return isDomainError(cause) ? cause.code : String(error);
      },
    );
  const lettersTo = async (citizenId: string) => {
    const rows = await client.outgoingMail.findMany({ where: { citizenId }, orderBy: { id: 'asc' } });
    return rows.map(
      ({ template, recipientSealed }) =>
        `${template} ${openText(testSealing, recipientSealed ?? '', addressPlace(citizenId))}`,
    );
  };

  it('counts once its link was used, by whoever holds the link, and only once', async () => {
    const citizenId = await newcomer();
    await as(citizenId).contact.setEmail({ address: ' Marin@Example.TEST ', locale: 'it' });
    expect((await trustFacts(client, citizenId)).emailVerifiedAt).toBeNull();
    const pending = { address: null, pending: { address: 'Marin@example.test' } };
    expect(await as(citizenId).contact.current()).toMatchObject(pending);
    const token = await lastToken(world, citizenId);
    await nobody.contact.verify({ token });
    expect((await trustFacts(client, citizenId)).emailVerifiedAt).toEqual(clock.now());
    expect(await as(citizenId).contact.current()).toMatchObject({ address: 'Marin@example.test', pending: null });
    expect(await refusalOf(nobody.contact.verify({ token }))).toBe('verification_invalid');
  });

  it('is confirmed by one of two that use its link at once', async () => {
    const citizenId = await newcomer();
    await as(citizenId).contact.setEmail({ address: 'one@example.test', locale: 'en' });
    const token = await lastToken(world, citizenId);
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => refusalOf(nobody.contact.verify({ token }))));
    expect(outcomes.filter((outcome) => outcome === 'allowed')).toHaveLength(1);
  });

  it('is not confirmed by a link that is a day old, replaced, or made up', async () => {
    const citizenId = await newcomer();
    await as(citizenId).contact.setEmail({ address: 'first@example.test', locale: 'en' });
    const first = await lastToken(world, citizenId);
    await as(citizenId).contact.setEmail({ address: 'second@example.test', locale: 'en' });
    const second = await lastToken(world, citizenId);
    expect(await refusalOf(nobody.contact.verify({ token: first }))).toBe('verification_invalid');
    expect(await refusalOf(nobody.contact.verify({ token: 'A'.repeat(43) }))).toBe('verification_invalid');
    clock.advance(24 * 3_600_000);
    expect(await refusalOf(nobody.contact.verify({ token: second }))).toBe('verification_invalid');
    expect((await trustFacts(client, citizenId)).emailVerifiedAt).toBeNull();
  });

  it('stays until a new one is confirmed, and is then told that it is used no longer', async () => {
    const citizenId = await newcomer();
    await giveEmail(world, { citizenId, address: 'old@example.test' });
    await as(citizenId).contact.setEmail({ address: 'new@example.test', locale: 'en' });
    expect(await as(citizenId).contact.current()).toMatchObject({
      address: 'old@example.test',
      pending: { address: 'new@example.test' },
    });
    await nobody.contact.verify({ token: await lastToken(world, citizenId) });
    expect((await lettersTo(citizenId)).slice(-2)).toEqual([
      'email_replaced old@example.test',
      'email_changed new@example.test',
    ]);
    const { items } = await as(citizenId).notifications.list({});
    expect(items.map(({ kind }) => kind)).toEqual(['email_changed', 'email_changed']);
  });

  it('that changes leaves since when its citizen can be reached, and one that was removed does not', async () => {
    const citizenId = await newcomer();
    const since = clock.now();
    await giveEmail(world, { citizenId, address: 'before@example.test' });
    clock.advance(90 * 24 * 3_600_000);
    await giveEmail(world, { citizenId, address: 'after@example.test' });
    expect((await trustFacts(client, citizenId)).emailVerifiedAt).toEqual(since);
    expect(await as(citizenId).contact.current()).toMatchObject({ verifiedAt: clock.now() });
    await as(citizenId).contact.removeEmail();
    await giveEmail(world, { citizenId, address: 'after@example.test' });
    expect((await trustFacts(client, citizenId)).emailVerifiedAt).toEqual(clock.now());
  });

  it('that is removed is told so, and counts no longer', async () => {
    const citizenId = await newcomer();
    await giveEmail(world, { citizenId, address: 'gone@example.test' });
    await as(citizenId).contact.setEmail({ address: 'next@example.test', locale: 'en' });
    const token = await lastToken(world, citizenId);
    await as(citizenId).contact.removeEmail();
    expect((await trustFacts(client, citizenId)).emailVerifiedAt).toBeNull();
    expect(await refusalOf(nobody.contact.verify({ token }))).toBe('verification_invalid');
    expect((await lettersTo(citizenId)).at(-1)).toBe('email_replaced gone@example.test');
    expect(await refusalOf(as(citizenId).contact.removeEmail())).toBe('email_missing');
  });

  it('is changed and removed only with a fresh proof, and never by a bearer token', async () => {
    const citizenId = await newcomer();
    const stale = as(citizenId, { provedAt: new Date(clock.now().getTime() - 300_001) });
    const address = { address: 'x@example.test', locale: 'en' } as const;
    for (const caller of [stale, as(citizenId, { sessionId: null, provedAt: null })]) {
      expect(await refusalOf(caller.contact.setEmail(address))).toBe('step_up_required');
      expect(await refusalOf(caller.contact.removeEmail())).toBe('step_up_required');
    }
    expect(await client.emailVerification.count({ where: { citizenId } })).toBe(0);
  });

  it('of somebody else can be given too, and the answers to both are the same', async () => {
    const [owner, other] = [await newcomer(), await newcomer()];
    await giveEmail(world, { citizenId: owner, address: 'both@example.test' });
    const [taken, free] = await Promise.all(
      ['both@example.test', 'free@example.test'].map(async (address) => {
        const asker = await newcomer();
        return {
          answer: await as(asker).contact.setEmail({ address, locale: 'en' }),
          letters: (await lettersTo(asker)).length,
        };
      }),
    );
    expect(taken).toEqual(free);
    await giveEmail(world, { citizenId: other, address: 'both@example.test' });
    expect(await as(owner).contact.current()).toMatchObject({ address: 'both@example.test' });
  });

  it('gets at most five links a day, also when they are asked for at once and removed in between', async () => {
    const citizenId = await newcomer();
    // Each call counts its limit of an hour for itself: what is looked at here is the limit of a day.
    const resend = () => refusalOf(as(citizenId).contact.resend());
    expect(await resend()).toBe('verification_missing');
    await as(citizenId).contact.setEmail({ address: 'limit@example.test', locale: 'en' });
    await as(citizenId).contact.removeEmail();
    await as(citizenId).contact.setEmail({ address: 'limit@example.test', locale: 'en' });
    const outcomes = await Promise.all(Array.from({ length: 6 }, resend));
    expect(outcomes.filter((outcome) => outcome === 'allowed')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'verification_mails_exhausted')).toHaveLength(3);
    clock.advance(24 * 3_600_000);
    await as(citizenId).contact.setEmail({ address: 'limit@example.test', locale: 'en' });
    expect(await client.emailVerification.count({ where: { citizenId } })).toBe(6);
  });

  it('is refused when it is the same again, and a resent link takes the place of the one before', async () => {
    const citizenId = await newcomer();
    await giveEmail(world, { citizenId, address: 'same@example.test' });
    const again = as(citizenId).contact.setEmail({ address: 'same@EXAMPLE.test', locale: 'en' });
    expect(await refusalOf(again)).toBe('email_unchanged');
    await as(citizenId).contact.setEmail({ address: 'other@example.test', locale: 'en' });
    const first = await lastToken(world, citizenId);
    await as(citizenId).contact.resend();
    expect(await refusalOf(nobody.contact.verify({ token: first }))).toBe('verification_invalid');
    await nobody.contact.verify({ token: await lastToken(world, citizenId) });
    expect(await as(citizenId).contact.current()).toMatchObject({ address: 'other@example.test' });
  });

  it('stands in the database only sealed, and opens for no other citizen', async () => {
    const [citizenId, strangerId] = [await newcomer(), await newcomer()];
    await giveEmail(world, { citizenId, address: 'secret@example.test' });
    const { addressSealed } = await client.contactEmail.findUniqueOrThrow({ where: { citizenId } });
    const tables = [
      await client.contactEmail.findMany(),
      await client.emailVerification.findMany(),
      await client.outgoingMail.findMany(),
      await client.notification.findMany(),
    ];
    const stored = JSON.stringify(tables, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    expect(stored).toContain(addressSealed);
    expect(stored).not.toContain('secret@');
    expect(() => openText(testSealing, addressSealed, addressPlace(strangerId))).toThrow();
  });

  it.each([
    'no-at',
    'two@at@example.test',
    'line\nbreak@example.test',
    'a@example.test\r\nBcc: b@example.test',
    `${'a'.repeat(65)}@example.test`,
    `a@${'b'.repeat(250)}.test`,
    '"quoted"@example.test',
    'a@b',
    'a@exämple.test',
    '',
  ])('must be one: %j is not', (text) => {
    expect(emailAddress.safeParse(text).success).toBe(false);
  });

  it('is shown elsewhere by its first letter and its domain only', () => {
    expect(maskedAddress('marin.contarini@example.test')).toBe('m•••@example.test');
  });
});
