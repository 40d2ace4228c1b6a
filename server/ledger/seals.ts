import type { Client } from 'pg';
import { refuse } from '#server/platform/errors.ts';
import { invariant } from '#server/platform/invariant.ts';

/** Which month, and who wants it. */
export interface SealOrder {
  /** `YYYY-MM`. */
  month: string;
  /** Kept for good with the seal; 1 to 128 characters. */
  operator: string;
}

/** A sealing that others got in the way of may take its lock first: then who books into the month waits for it. */
export interface SealOptions {
  isLockedFirst: boolean;
}

/**
 * Seals a month of transfers: keeps what each account held and digests of everything booked, and lets nothing more
 * into the month. The client must be in a READ COMMITTED transaction of the owner (`withOwner`).
 *
 * Refuses `seal_malformed`, `month_not_found`, `month_sealed`, `month_still_open`, `earlier_month_not_sealed`,
 * `books_not_checked` and `month_has_open_pending`. PostgreSQL ends it with 40001 when somebody booked into the month
 * meanwhile, or 55P03 when somebody did not finish doing so: repeat it. A period that is closed by sealed closing
 * balances is bookkeeping's; that each seal has the hash of the one before is the idea of Haber and Stornetta.
 */
export async function sealMonth(client: Client, order: SealOrder, { isLockedFirst }: SealOptions): Promise<void> {
  requireSound(order);
  const outcome = await outcomeOf(client, 'ledger.seal_month($1::date, $2, $3)', [...valuesOf(order), isLockedFirst]);
  if (outcome !== 'sealed') throw refusalOf(outcome);
}

/**
 * Moves the transfers of a sealed month out of the table that posting reads and into the archive, where nothing can
 * change them. The client must be in a transaction of the owner (`withOwner`).
 *
 * Refuses `seal_malformed`, `month_not_sealed`, `month_detached`, `earlier_month_attached`, `check_running`, and
 * `seal_broken` when the month is not as it was sealed. PostgreSQL ends it with 55P03 when it cannot have all its locks
 * at once: repeat it.
 */
export async function detachMonth(client: Client, order: SealOrder): Promise<void> {
  requireSound(order);
  const outcome = await outcomeOf(client, 'ledger.detach_month($1::date, $2)', valuesOf(order));
  if (outcome !== 'detached') throw refusalOf(outcome);
}

function requireSound({ month, operator }: SealOrder): void {
  if (!/^[1-9]\d{3}-(0[1-9]|1[0-2])$/.test(month)) {
    throw refuse('invalid', 'seal_malformed', 'A month is written as 2026-12.');
  }
  if (operator.length < 1 || operator.length > 128) {
    throw refuse('invalid', 'seal_malformed', 'Whoever seals a month has a name of 1 to 128 characters.');
  }
}

function valuesOf({ month, operator }: SealOrder): string[] {
  return [`${month}-01`, operator];
}

async function outcomeOf(client: Client, step: string, values: (string | boolean)[]): Promise<string> {
  const { rows } = await client.query<{ outcome: string }>(`SELECT ${step} AS outcome`, values);
  const outcome = rows[0]?.outcome;
  invariant(outcome !== undefined, 'sealing and detaching answer with their outcome');
  return outcome;
}

function refusalOf(outcome: string): Error {
  switch (outcome) {
    case 'month_not_found':
      return refuse('not_found', 'month_not_found', 'The ledger has no such month.');
    case 'month_sealed':
      return refuse('conflict', 'month_sealed', 'The month is sealed already.');
    case 'month_still_open':
      return refuse('conflict', 'month_still_open', 'A month is sealed 35 days after its end at the earliest.');
    case 'earlier_month_not_sealed':
      return refuse('conflict', 'earlier_month_not_sealed', 'Months are sealed in their order.');
    case 'books_not_checked':
      return refuse('conflict', 'books_not_checked', 'A month is sealed after a full check without a hard finding.');
    case 'month_has_open_pending':
      return refuse('conflict', 'month_has_open_pending', 'A pending transfer of the month is still open.');
    case 'month_not_sealed':
      return refuse('conflict', 'month_not_sealed', 'Only a sealed month can be detached.');
    case 'month_detached':
      return refuse('conflict', 'month_detached', 'The month is in the archive already.');
    case 'earlier_month_attached':
      return refuse('conflict', 'earlier_month_attached', 'Months are detached in their order.');
    case 'check_running':
      return refuse('conflict', 'check_running', 'The books are being checked at this moment.');
    default:
      return refuse('conflict', 'seal_broken', 'The month is not as it was sealed. Let the checker say where.');
  }
}
