import { accountKindOf, accountKinds, assets, type AccountKind } from '#server/ledger/kinds.ts';
import { Prisma, type Db, type Tx } from '#server/platform/db.ts';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';
import type { Asset } from '#server/money/money.ts';

/** Which account: one per owner, kind and asset. The owner is an opaque id of another domain. */
export interface AccountKey {
  owner: string;
  kind: AccountKind;
  asset: Asset;
}

/**
 * Returns the account's id and opens it first when there is none. Calls at the same time get the same account. It refuses
 * nothing: a kind that owners do not have in this asset, the house as owner, and an owner that is not 1 to 128 characters
 * are defects of the caller and throw (`createAccounts` answers each with a code).
 */
export async function openAccount(tx: Tx, key: AccountKey): Promise<bigint> {
  const definition = accountKindOf(key.kind, key.asset);
  invariant(definition?.perOwner === true, `owners have no ${key.kind} account in ${key.asset}`);
  const rows = await tx.$queryRaw<{ id: bigint }[]>`
    SELECT ledger.open_account(${key.owner}, ${definition.code}::smallint, ${assets[key.asset]}::smallint) AS id`;
  const id = rows[0]?.id;
  invariant(id !== undefined, 'opening an account returns its id');
  return id;
}

/** The same for several in one round trip; answers their ids in the order of the keys. */
export async function openAccounts(tx: Tx, keys: readonly AccountKey[]): Promise<bigint[]> {
  const rows = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    SELECT id FROM (${openAccountsSql(keys)}) AS opened ORDER BY place`);
  invariant(rows.length === keys.length, 'opening accounts returns an id for each');
  return rows.map(({ id }) => id);
}

/** The same for a statement that writes other things too: rows of an owner, the id and the key's place, from 1. */
export function openAccountsSql(keys: readonly AccountKey[]): Prisma.Sql {
  const kinds = keys.map(({ kind, asset }) => {
    const definition = accountKindOf(kind, asset);
    invariant(definition?.perOwner === true, `owners have no ${kind} account in ${asset}`);
    return definition.code;
  });
  return Prisma.sql`
    SELECT wanted.owner, ledger.open_account(wanted.owner, wanted.kind, wanted.asset) AS id, wanted.place
      FROM unnest(${keys.map(({ owner }) => owner)}::text[], ${kinds}::smallint[],
                  ${keys.map(({ asset }) => assets[asset])}::smallint[])
           WITH ORDINALITY AS wanted (owner, kind, asset, place)`;
}

/** The fixed account of the house for a kind, as the migration seeded it. */
export function systemAccountId(kind: AccountKind, asset: Asset): bigint {
  const id = accountKindOf(kind, asset)?.houseAccountId;
  invariant(id !== undefined && id !== null, `the house has no ${kind} account in ${asset}`);
  return id;
}

/** The account's id, or null when it was never opened. */
export async function findAccount(db: Db, key: AccountKey): Promise<bigint | null> {
  const definition = accountKindOf(key.kind, key.asset);
  if (definition === null) return null;
  const account = await db.ledgerAccount.findUnique({
    where: { owner_kind_asset: { owner: key.owner, kind: definition.code, asset: assets[key.asset] } },
    select: { id: true },
  });
  return account?.id ?? null;
}

/** Names of the house's accounts by id, for pages that show the other side of an entry. */
export function houseAccountName(accountId: bigint): AccountKind | null {
  return accountKinds.find((definition) => definition.houseAccountId === accountId)?.name ?? null;
}

/**
 * Money may come in but not leave, until `unfreezeAccount`. Posting what was reserved before still works. It sets the
 * whole state, so a closed account becomes a frozen one. Refuses `account_not_found` and `house_account` (forbidden).
 */
export function freezeAccount(tx: Tx, accountId: bigint): Promise<void> {
  return setAccountState(tx, { accountId, frozen: true, closed: false });
}

/**
 * Money may leave again. It sets the whole state, so it also opens an account that was closed: closing is the state of an
 * empty account and loses nothing, and there is no other way back from it. Refuses `account_not_found`; an account of the
 * house, which is always open, stays as it is.
 */
export function unfreezeAccount(tx: Tx, accountId: bigint): Promise<void> {
  return setAccountState(tx, { accountId, frozen: false, closed: false });
}

/**
 * Nothing moves on it any more, in or out, until `unfreezeAccount`. Refuses `account_not_empty` (conflict) while it holds
 * or reserves money, `account_not_found` and `house_account` (forbidden). The states are those of TigerBeetle's closed
 * accounts, and of a bank's accounts that may only be paid into.
 */
export function closeAccount(tx: Tx, accountId: bigint): Promise<void> {
  return setAccountState(tx, { accountId, frozen: false, closed: true });
}

interface AccountState {
  accountId: bigint;
  frozen: boolean;
  closed: boolean;
}

async function setAccountState(tx: Tx, state: AccountState): Promise<void> {
  const rows = await tx.$queryRaw<{ answer: string }[]>`
    SELECT ledger.set_account_state(${state.accountId}::bigint, ${state.frozen}, ${state.closed}) AS answer`;
  const answer = rows[0]?.answer;
  if (answer === 'changed') return;
  if (answer === 'account_not_found') throw refuse('not_found', 'account_not_found', 'There is no such account.');
  if (answer === 'account_not_empty') {
    throw refuse('conflict', 'account_not_empty', 'The account still holds or reserves money.');
  }
  throw refuse('forbidden', 'house_account', 'An account of the house is never frozen or closed.');
}
