import { rememberCitizen } from '#server/citizens/service.ts';
import { findAccount, openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import type { Clock } from '#server/platform/clock.ts';
import type { Tx } from '#server/platform/db.ts';
import { seedCitizens } from './citizens.ts';
import { namedIds } from './named-ids.ts';
import type { SeedInput } from './plant.ts';

/** Citizens' ids by username. */
export type SeedCitizenIds = ReadonlyMap<string, string>;

/** What the mint strikes for the treasury before the market opens: 3,900,000 ducats. */
const treasuryMintMinor = 3_900_000_00n;

/** The demo citizens, the first mint and the welcome grants, all in one transaction. */
export function plantPeople(input: SeedInput): Promise<SeedCitizenIds> {
  return input.database.inTransaction(async (tx) => {
    const citizens = await plantCitizens(tx, input.now);
    const [first] = citizens.values();
    const endowed = first !== undefined && (await findAccount(tx, { owner: first, kind: 'wallet', asset: 'DUCAT' }));
    if (endowed === null) await endow(tx, { citizens, now: input.now });
    return citizens;
  });
}

async function plantCitizens(tx: Tx, now: Date): Promise<SeedCitizenIds> {
  const clock: Clock = { now: () => now };
  const citizens = new Map<string, string>();
  for (const { username, displayName, socialClass, isAi, role } of seedCitizens) {
    const ids = namedIds(now, `citizen ${username}`);
    const citizen = await rememberCitizen(tx, {
      profile: { username, displayName, socialClass, isAi },
      role,
      clock,
      ids,
    });
    citizens.set(username, citizen.id);
  }
  return citizens;
}

/** Mints for treasury and promotion, and gives the buyers what they start with. */
async function endow(tx: Tx, input: { citizens: SeedCitizenIds; now: Date }): Promise<void> {
  const issuance = systemAccountId('issuance', 'DUCAT');
  const promotion = systemAccountId('promotion', 'DUCAT');
  const grants: TransferRequest[] = [];
  for (const { username, welcomeMinor } of seedCitizens) {
    const owner = input.citizens.get(username);
    if (owner === undefined || welcomeMinor === 0n) continue;
    const wallet = await openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' });
    grants.push({
      id: namedIds(input.now, `welcome ${username}`).uuid(),
      debitAccountId: promotion,
      creditAccountId: wallet,
      amountMinor: welcomeMinor,
      kind: 'grant',
      reference: 'Welcome grant',
    });
  }
  const granted = grants.reduce((sum, grant) => sum + grant.amountMinor, 0n);
  const mint = (name: string, creditAccountId: bigint, amountMinor: bigint): TransferRequest => ({
    id: namedIds(input.now, `mint ${name}`).uuid(),
    debitAccountId: issuance,
    creditAccountId,
    amountMinor,
    kind: 'mint',
    reference: 'First mint',
  });
  await postLinked(tx, [
    mint('treasury', systemAccountId('treasury', 'DUCAT'), treasuryMintMinor),
    mint('promotion', promotion, granted),
    ...grants,
  ]);
}
