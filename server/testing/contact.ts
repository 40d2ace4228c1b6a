import { startVerification, verifyEmail } from '#server/citizens/contact.ts';
import { openText, secretPlace } from '#server/citizens/mail.ts';
import { rememberCitizen } from '#server/citizens/service.ts';
import type { MailLocale } from '#server/citizens/schema.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Database } from '#server/platform/db.ts';
import { systemIds } from '#server/platform/ids.ts';
import { testSealing } from './sealing.ts';

interface World {
  database: Database;
  clock: Clock;
}

/** A citizen without an address. */
export async function testCitizen({ database, clock }: World, username: string): Promise<string> {
  const profile = { username, displayName: username, socialClass: null, isAi: false };
  const citizen = await database.inTransaction((tx) => rememberCitizen(tx, { profile, clock, ids: systemIds }));
  return citizen.id;
}

/** The token of the last link that was queued for a citizen. */
export async function lastToken({ database }: World, citizenId: string): Promise<string> {
  const mail = await database.client.outgoingMail.findFirstOrThrow({
    where: { citizenId, template: 'verify_email' },
    orderBy: { id: 'desc' },
    select: { id: true, secretSealed: true },
  });
  return openText(testSealing, mail.secretSealed ?? '', secretPlace(mail.id));
}

/** Gives a citizen a verified address, as they would do it. */
export async function giveEmail(
  world: World,
  input: { citizenId: string; address: string; locale?: MailLocale },
): Promise<void> {
  const deps = { clock: world.clock, ids: systemIds, sealing: testSealing };
  await world.database.inTransaction((tx) => startVerification(tx, deps, { locale: 'en', ...input }));
  const token = await lastToken(world, input.citizenId);
  await world.database.inTransaction((tx) => verifyEmail(tx, deps, token));
}
