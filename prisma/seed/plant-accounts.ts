import { addressPlace, sealText } from '#server/citizens/mail.ts';
import type { NotificationDetails, NotificationKind } from '#server/citizens/schema.ts';
import type { Tx } from '#server/platform/db.ts';
import { namedIds } from './named-ids.ts';
import type { SeedCitizenIds } from './plant-people.ts';
import type { SeedInput } from './plant.ts';
import type { SeedCitizen } from './citizens.ts';

/** Who can be reached by e-mail: those of standing, and the operators. */
const reachable: readonly SeedCitizen['username'][] = [
  ...(['NLR', 'bigbosefx', 'ElenaVeneziana', 'SpiceMerchant7', 'MuranoGlass'] as const),
  ...(['DogeAuditor', 'rialto_banker'] as const),
];

interface SeedNotification {
  to: SeedCitizen['username'];
  kind: NotificationKind;
  details: NotificationDetails;
  hoursAgo: number;
  isRead: boolean;
}

/** What a citizen of some weeks would have been told. */
const told: readonly SeedNotification[] = [
  { to: 'NLR', kind: 'email_changed', details: {}, hoursAgo: 620, isRead: true },
  { to: 'NLR', kind: 'tier_changed', details: { from: 'creator', to: 'enterprise' }, hoursAgo: 340, isRead: true },
  {
    to: 'NLR',
    kind: 'signed_in_new_device',
    details: { device: 'Safari on iOS', place: '203.0.113.x', method: 'venice' },
    hoursAgo: 30,
    isRead: false,
  },
  { to: 'ElenaVeneziana', kind: 'email_changed', details: {}, hoursAgo: 500, isRead: true },
];

const hourMs = 3_600_000;
const verifiedHoursAgo = 620;

/** Verified addresses (which lead nowhere) and the first notifications; those already there stay as they are. */
export function plantAccounts(input: SeedInput & { citizens: SeedCitizenIds }): Promise<void> {
  return input.database.inTransaction(async (tx) => {
    await plantContacts(tx, input);
    await tx.notification.createMany({
      data: told.map(({ to, kind, details, hoursAgo, isRead }) => {
        const createdAt = new Date(input.now.getTime() - hoursAgo * hourMs);
        const id = namedIds(createdAt, `notification ${to} ${kind}`).uuid();
        return { id, citizenId: idOf(input.citizens, to), kind, details, createdAt, readAt: isRead ? createdAt : null };
      }),
      skipDuplicates: true,
    });
  });
}

async function plantContacts(tx: Tx, input: SeedInput & { citizens: SeedCitizenIds }): Promise<void> {
  const { sealing } = input;
  const verifiedAt = new Date(input.now.getTime() - verifiedHoursAgo * hourMs);
  await tx.contactEmail.createMany({
    data: reachable.map((username) => {
      const citizenId = idOf(input.citizens, username);
      const address = `${username.toLowerCase()}@example.test`;
      return {
        citizenId,
        addressSealed: sealText(sealing, address, addressPlace(citizenId)),
        locale: 'en',
        verifiedAt,
        reachableSince: verifiedAt,
      };
    }),
    skipDuplicates: true,
  });
}

function idOf(citizens: SeedCitizenIds, username: string): string {
  const id = citizens.get(username);
  if (id === undefined) throw new Error(`the seed has no citizen ${username}`);
  return id;
}
