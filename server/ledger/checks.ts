import { accountChecks } from '#server/ledger/check-accounts.ts';
import { derivedChecks } from '#server/ledger/check-derived.ts';
import { houseChecks } from '#server/ledger/check-house.ts';
import { pendingChecks } from '#server/ledger/check-pendings.ts';
import { wholeBooks, type CheckScope } from '#server/ledger/check-scope.ts';
import { transferChecks } from '#server/ledger/check-transfers.ts';
import { sealChecks } from '#server/ledger/check-seals.ts';
import type { Prisma } from '#server/platform/db.ts';

/**
 * What must be true of the books, as queries that return the rows for which it is not.
 * Each yields `first_key`, `second_key` (their order) and `place`, `expected`, `actual` (for people).
 */
export interface BookCheck {
  name: string;
  /** A hard finding means that the books are wrong; a soft one that someone should look. */
  severity: 'hard' | 'soft';
  rows: Prisma.Sql;
}

/** The checks of one reading, the gravest first. */
export function checksOf(scope: CheckScope): readonly BookCheck[] {
  return [
    ...accountChecks(scope),
    ...transferChecks(scope),
    ...pendingChecks(scope),
    ...derivedChecks(scope),
    ...sealChecks(scope),
    ...houseChecks(scope),
  ];
}

/** The checks of a full reading. Each is a query of its own that needs nothing around it. */
export const bookChecks: readonly BookCheck[] = checksOf(wholeBooks);
