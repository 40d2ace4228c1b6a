import type { AccountKind, Asset, RefusalCode, TransferKind, TransferRequest } from '#server/ledger/schema.ts';
import { isUuid, timeOfUuidv7 } from '#server/platform/ids.ts';

/** What the naive ledger knows of an account. Records are replaced, never changed, so that a copied map is a copy. */
export interface ModelAccount {
  readonly id: bigint;
  readonly owner: string;
  readonly kind: AccountKind;
  readonly asset: Asset;
  readonly floorMinor: bigint | null;
  readonly ceilingMinor: bigint | null;
  readonly isHouse: boolean;
  readonly frozen: boolean;
  readonly closed: boolean;
  readonly balanceMinor: bigint;
  readonly reservedMinor: bigint;
  readonly version: bigint;
  /** What it held when the model came to know it: nothing, but for accounts of the house. */
  readonly beginning: { readonly balanceMinor: bigint; readonly reservedMinor: bigint; readonly version: bigint };
  /** What it changed on each effective day, by the name of the day. */
  readonly netOfDay: ReadonlyMap<string, bigint>;
  /** Its history since the model knows it, oldest first. */
  readonly entries: readonly ModelEntry[];
}

/** One change of an account, and what it left. */
export interface ModelEntry {
  readonly version: bigint;
  /** The transfer, or `expiry of` the pending that ended by itself: the ledger makes the id of an expiry up. */
  readonly cause: string;
  readonly kind: TransferKind;
  readonly reference: string | null;
  readonly amountMinor: bigint;
  readonly balanceAfterMinor: bigint;
  readonly reservedAfterMinor: bigint;
  readonly otherAccountId: bigint;
  /** Milliseconds of the ledger's clock. */
  readonly time: number;
  readonly effectiveDay: string;
}

/** An id that was decided for good. */
export interface ModelTransfer {
  readonly request: TransferRequest;
  /** Null when it happened. */
  readonly refusal: ModelRefusal | null;
  readonly amountMinor: bigint;
  /** First id and size of the group it was decided in; an item that stood alone is a group of one. */
  readonly groupFirstId: string;
  readonly groupSize: number;
  /** The one that was linked to it from before. */
  readonly previousId: string | null;
  /** Milliseconds of the ledger's clock. */
  readonly time: number;
}

/** A pending whose time was over, and when that was seen. */
export interface ModelExpiry {
  readonly pendingId: string;
  readonly time: number;
}

export interface ModelRefusal {
  readonly code: RefusalCode;
  /** Only where it is not the same for every refusal with this code. */
  readonly field?: string | undefined;
}

export interface ModelPending {
  readonly state: 'open' | 'posted' | 'voided' | 'expired';
  /** Milliseconds of the ledger's clock; null when it never expires. */
  readonly expiresAt: number | null;
}

/** One thing that an owner did and that a limit may be about. */
export interface ModelActivity {
  readonly transferId: string;
  readonly owner: string;
  readonly asset: Asset;
  readonly kind: TransferKind;
  readonly side: 'debit' | 'credit';
  /** Milliseconds of the ledger's clock. */
  readonly time: number;
  readonly amountMinor: bigint;
  readonly count: number;
}

/** At most so much or so often in a sliding period; null is without such a maximum. */
export interface ModelLimit {
  readonly asset: Asset;
  readonly kind: TransferKind;
  readonly side: 'debit' | 'credit';
  readonly period: '24_hours' | '30_days';
  readonly amountMinorMax: bigint | null;
  readonly countMax: number | null;
}

/** The books: maps by id or by owner, and everything that owners did, in order. */
export interface ModelBooks {
  accounts: Map<bigint, ModelAccount>;
  readonly transfers: Map<string, ModelTransfer>;
  readonly pendings: Map<string, ModelPending>;
  readonly reversedMinor: Map<string, bigint>;
  readonly limits: Map<string, readonly ModelLimit[]>;
  activities: ModelActivity[];
  expiries: ModelExpiry[];
  /** Months of which transfers are in the archive, by the time of their ids in milliseconds; the end is not included. */
  archived: { from: number; until: number };
}

export function emptyBooks(): ModelBooks {
  return {
    accounts: new Map(),
    transfers: new Map(),
    pendings: new Map(),
    reversedMinor: new Map(),
    limits: new Map(),
    activities: [],
    expiries: [],
    archived: { from: 0, until: 0 },
  };
}

export function copyOf(books: ModelBooks): ModelBooks {
  return {
    accounts: new Map(books.accounts),
    transfers: new Map(books.transfers),
    pendings: new Map(books.pendings),
    reversedMinor: new Map(books.reversedMinor),
    limits: new Map(books.limits),
    activities: [...books.activities],
    expiries: [...books.expiries],
    archived: books.archived,
  };
}

/** Whether the month of an id is in the archive: posting knows nothing of it any more. */
export function isArchived({ archived }: ModelBooks, id: string): boolean {
  const made = isUuid(id) ? timeOfUuidv7(id).getTime() : -1;
  return made >= archived.from && made < archived.until;
}

/** The same UUID in whatever letters it was written. */
export function keyOf(id: string): string {
  return id.toLowerCase();
}

export type ModelAction = 'move' | 'pending' | 'post' | 'void' | 'reverse';

export function actionOf(request: TransferRequest): ModelAction {
  if (request.pending !== undefined) return 'pending';
  if (request.postPendingId !== undefined) return 'post';
  if (request.voidPendingId !== undefined) return 'void';
  return request.reversesId === undefined ? 'move' : 'reverse';
}

/** The pending that it ends or the transfer that it reverses. */
export function relatedIdOf(request: TransferRequest): string | null {
  const id = request.postPendingId ?? request.voidPendingId ?? request.reversesId;
  return id === undefined ? null : keyOf(id);
}

export function availableMinor(account: ModelAccount): bigint {
  return account.balanceMinor - account.reservedMinor;
}

/** Whether a text names a day as `YYYY-MM-DD`. */
export function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && dayOf(time) === text;
}

/** The UTC day of a moment, `YYYY-MM-DD`; an offset in days leads to another day. */
export function dayOf(time: number, offsetDays = 0): string {
  return new Date(time + offsetDays * 86_400_000).toISOString().slice(0, 10);
}
