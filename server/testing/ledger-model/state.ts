import type { Asset, RefusalCode, TransferRequest } from '#server/ledger/schema.ts';

/** What the naive ledger knows of an account. Records are replaced, never changed, so that a copied map is a copy. */
export interface ModelAccount {
  readonly id: bigint;
  readonly asset: Asset;
  readonly floorMinor: bigint | null;
  readonly ceilingMinor: bigint | null;
  readonly isHouse: boolean;
  readonly frozen: boolean;
  readonly closed: boolean;
  readonly balanceMinor: bigint;
  readonly reservedMinor: bigint;
  readonly version: bigint;
}

/** An id that was decided for good. */
export interface ModelTransfer {
  readonly request: TransferRequest;
  /** Null when it happened. */
  readonly refusal: RefusalCode | null;
  readonly amountMinor: bigint;
  /** First id and size of the group it was decided in; an item that stood alone is a group of one. */
  readonly groupFirstId: string;
  readonly groupSize: number;
}

export interface ModelPending {
  readonly state: 'open' | 'posted' | 'voided' | 'expired';
  /** Milliseconds of the ledger's clock; null when it never expires. */
  readonly expiresAt: number | null;
}

/** The books: four maps by id. */
export interface ModelBooks {
  readonly accounts: Map<bigint, ModelAccount>;
  readonly transfers: Map<string, ModelTransfer>;
  readonly pendings: Map<string, ModelPending>;
  readonly reversedMinor: Map<string, bigint>;
}

export function emptyBooks(): ModelBooks {
  return { accounts: new Map(), transfers: new Map(), pendings: new Map(), reversedMinor: new Map() };
}

export function copyOf(books: ModelBooks): ModelBooks {
  return {
    accounts: new Map(books.accounts),
    transfers: new Map(books.transfers),
    pendings: new Map(books.pendings),
    reversedMinor: new Map(books.reversedMinor),
  };
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
