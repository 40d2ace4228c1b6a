import { base32 } from '@scure/base';
import { rememberCitizen } from '#server/citizens/service.ts';
import { sealTotp } from '#server/citizens/totp.ts';
import { termsVersion } from '#server/citizens/terms-schema.ts';
import { acceptTerms } from '#server/citizens/terms.ts';
import { assignTrust } from '#server/citizens/trust.ts';
import { findAccount, openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { setMonitor } from '#server/ledger/monitors.ts';
import { firstMintTemplate } from '#server/ledger/template-first-mint.ts';
import { grantTemplate } from '#server/ledger/template-grant.ts';
import { bindTemplate } from '#server/ledger/templates.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import type { Clock } from '#server/platform/clock.ts';
import { deriveKey } from '#server/platform/crypto.ts';
import type { Tx } from '#server/platform/db.ts';
import { seedCitizens } from './citizens.ts';
import { namedIds } from './named-ids.ts';
import type { SeedInput } from './plant.ts';

/** Citizens' ids by username. */
export type SeedCitizenIds = ReadonlyMap<string, string>;

/** What the mint strikes for the treasury before the market opens: 3,900,000 ducats. */
const treasuryMintMinor = 3_900_000_00n;

/** The demo operators: without a second factor they could do nothing. */
const withAuthenticator = ['DogeAuditor', 'rialto_banker'] as const;

/** The demo citizens, the first mint and the welcome grants, all in one transaction; then the treasury is watched. */
export async function plantPeople(input: SeedInput): Promise<SeedCitizenIds> {
  const citizens = await plantMoney(input);
  await input.database.inTransaction((tx) => watchTreasury(tx));
  for (const username of withAuthenticator) await plantAuthenticator(input, citizens.get(username));
  return citizens;
}

/** An authenticator app whose codes the sandbox shows; one that is there stays. */
async function plantAuthenticator(input: SeedInput, citizenId: string | undefined): Promise<void> {
  if (citizenId === undefined) return;
  const { sealing, now } = input;
  const key = deriveKey(input.secret, `demo-authenticator ${citizenId}`);
  const secret = base32.encode(key.subarray(0, 20));
  await input.database.inTransaction(async (tx) => {
    const rows = [
      { citizenId, secretSealed: sealTotp(sealing, { citizenId, secret }), createdAt: now, confirmedAt: now },
    ];
    const { count } = await tx.totpFactor.createMany({ data: rows, skipDuplicates: true });
    if (count > 0)
      await tx.citizen.update({ where: { id: citizenId }, data: { hasSecondFactor: true }, select: { id: true } });
  });
}

function plantMoney(input: SeedInput): Promise<SeedCitizenIds> {
  return input.database.inTransaction(async (tx) => {
    const citizens = await plantCitizens(tx, input.now);
    const [first] = citizens.values();
    const endowed = first !== undefined && (await findAccount(tx, { owner: first, kind: 'wallet', asset: 'DUCAT' }));
    if (endowed === null) await endow(tx, { citizens, now: input.now });
    return citizens;
  });
}

/**
 * An operator is told each time that the treasury comes to hold less than it began with: top-ups were sold out of it
 * and fees have not filled it up again. The same monitor again is the same one.
 */
async function watchTreasury(tx: Tx): Promise<void> {
  await setMonitor(tx, {
    accountId: systemAccountId('treasury', 'DUCAT'),
    measure: 'balance',
    comparison: 'below',
    thresholdMinor: treasuryMintMinor,
  });
}

async function plantCitizens(tx: Tx, now: Date): Promise<SeedCitizenIds> {
  const clock: Clock = { now: () => now };
  const citizens = new Map<string, string>();
  for (const { username, displayName, socialClass, isAi, level } of seedCitizens) {
    const ids = namedIds(now, `citizen ${username}`);
    const citizen = await rememberCitizen(tx, {
      profile: { username, displayName, socialClass, isAi },
      clock,
      ids,
    });
    citizens.set(username, citizen.id);
    if (level === null) continue;
    await trust(tx, { citizenId: citizen.id, level, now });
    await acceptTerms(tx, { citizenId: citizen.id, version: termsVersion, now });
  }
  return citizens;
}

/** Once: a seed that goes on where it stopped decides nothing anew. */
async function trust(tx: Tx, input: { citizenId: string; level: 3; now: Date }): Promise<void> {
  const { citizenId, level, now } = input;
  if ((await tx.trustAssignment.count({ where: { citizenId } })) > 0) return;
  const decision = { level, contract: null, reason: 'demo citizen', decidedBy: null };
  const ids = namedIds(now, `trust of ${citizenId}`);
  await assignTrust(tx, { citizenId, ...decision, clock: { now: () => now }, ids });
}

/** The first mint and what the buyers start with, as one linked group; posting is the transaction's last statement. */
async function endow(tx: Tx, input: { citizens: SeedCitizenIds; now: Date }): Promise<void> {
  const legs = bindTemplate(firstMintTemplate, {
    amounts: { struck: treasuryMintMinor },
    parties: {},
    idOf: (leg) => namedIds(input.now, `mint ${leg}`).uuid(),
    reference: 'First mint',
  });
  for (const { username, welcomeMinor } of seedCitizens) {
    const owner = input.citizens.get(username);
    if (owner === undefined || welcomeMinor === 0n) continue;
    const grant = bindTemplate(grantTemplate, {
      amounts: { granted: welcomeMinor },
      parties: { wallet: await openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' }) },
      idOf: (leg) => namedIds(input.now, `welcome ${username} ${leg}`).uuid(),
      reference: 'Welcome grant',
    });
    legs.push(...grant);
  }
  await postLinked(tx, legs);
}
