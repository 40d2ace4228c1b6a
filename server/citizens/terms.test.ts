import { expect, test } from 'vitest';
import { rememberCitizen } from '#server/citizens/service.ts';
import { termsVersion } from '#server/citizens/terms-schema.ts';
import { acceptedTerms, acceptTerms, assertTermsAccepted, hasAcceptedTerms } from '#server/citizens/terms.ts';
import { systemIds } from '#server/platform/ids.ts';
import { movableClock } from '#server/testing/clock.ts';
import { testDatabase } from '#server/testing/database.ts';

const database = await testDatabase();
const clock = movableClock(new Date());
const { client } = database;

async function newcomer(username: string): Promise<string> {
  const profile = { username, displayName: username, socialClass: null, isAi: false };
  return (await database.inTransaction((tx) => rememberCitizen(tx, { profile, clock, ids: systemIds }))).id;
}

const accept = (citizenId: string, version = termsVersion) =>
  database.inTransaction((tx) => acceptTerms(tx, { citizenId, version, now: clock.now() }));

test('nobody has accepted the terms before they did, and then once: the first time stays', async () => {
  const [citizenId, other] = [await newcomer('first'), await newcomer('other')];
  await expect(assertTermsAccepted(client, citizenId)).rejects.toMatchObject({ code: 'terms_not_accepted' });
  const acceptedAt = clock.now();
  await accept(citizenId);
  clock.advance(1_000);
  await Promise.all([accept(citizenId), accept(citizenId)]);
  await assertTermsAccepted(client, citizenId);
  expect(await acceptedTerms(client, citizenId)).toEqual([{ version: termsVersion, acceptedAt }]);
  expect(await hasAcceptedTerms(client, other)).toBe(false);
});

test('a version that is not in force is not accepted, and one of before does not count', async () => {
  const citizenId = await newcomer('late');
  await expect(accept(citizenId, termsVersion + 1)).rejects.toMatchObject({ code: 'terms_changed' });
  await client.termsAcceptance.create({ data: { citizenId, version: termsVersion + 1, acceptedAt: clock.now() } });
  expect(await hasAcceptedTerms(client, citizenId)).toBe(false);
});
