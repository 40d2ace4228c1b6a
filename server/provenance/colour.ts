import { createHash } from 'node:crypto';
import type { BookedTransfer } from '#server/ledger/feed.ts';
import type { AccountBook, Books, LotNote, Piece } from './books.ts';
import { heldUntil, later, type LotFact, type LotSource } from './lots.ts';

/** What units are after a transfer. */

export interface Arrival {
  books: Books;
  transfer: BookedTransfer;
  giver: AccountBook;
  receiver: AccountBook;
  /** The facts that this transfer makes, by what they are made of; null as long as it makes none. */
  made: Map<string, LotFact> | null;
}

/**
 * The facts of a piece once it has arrived: what a caller noted; stock in the treasury and promotion; what was sold is
 * earned, or stays granted where granted ducats paid; what the house gives without a note is granted, so that it never
 * becomes dollars; everything else stays what it is, in escrow and in the hands of whom it was given to.
 */
export function factOnArrival(arrival: Arrival, piece: Piece): LotFact {
  const { books, transfer, giver, receiver } = arrival;
  const note = books.notes.get(transfer.id);
  if (note !== undefined && note.kind !== 'earned') return noted(arrival, note);
  const isSale = note !== undefined || (transfer.kind === 'sale_payout' && giver.kind === 'escrow');
  if (isSale && piece.fact !== null && piece.fact.kind !== 'stock') return sold(arrival, piece.fact, note);
  const before = piece.fact;
  if (receiver.isStock) return stock(arrival, giver.order === 'strike' ? 'mint' : 'return');
  if (before !== null && before.kind !== 'stock') return before;
  if (receiver.kind === 'wallet' || receiver.kind === 'escrow') return given(arrival);
  return before ?? stock(arrival, 'mint');
}

function noted(arrival: Arrival, { kind, source, holdUntil, expiresAt }: LotNote): LotFact {
  return make(arrival, '', { kind, source, origin: source, holdUntil, expiresAt, parentId: null });
}

/** One for each source, with its own hold: an earning is held at least as long as what paid for it. */
function sold(arrival: Arrival, parent: LotFact, note: LotNote | undefined): LotFact {
  const { books, giver, transfer } = arrival;
  const ofSource = heldUntil({ fact: parent, accountId: giver.id }, books.holds, transfer.bookedAt);
  return make(arrival, parent.id, {
    kind: parent.kind === 'granted' ? 'granted' : 'earned',
    source: note?.source ?? { type: 'transfer', id: transfer.id },
    origin: parent.origin,
    holdUntil: later(note?.holdUntil ?? null, ofSource),
    expiresAt: parent.kind === 'granted' ? parent.expiresAt : null,
    parentId: parent.id,
  });
}

function stock(arrival: Arrival, type: 'mint' | 'return'): LotFact {
  const source = { type, id: arrival.transfer.id };
  return make(arrival, '', { kind: 'stock', source, origin: source, holdUntil: null, expiresAt: null, parentId: null });
}

/** A top-up was paid, whoever forgot to say by whom; nothing else was. */
function given(arrival: Arrival): LotFact {
  const { id, kind: transferKind } = arrival.transfer;
  const source: LotSource = { type: transferKind === 'grant' ? 'grant' : 'transfer', id };
  const kind = transferKind === 'top_up_base' ? 'bought' : 'granted';
  return make(arrival, '', { kind, source, origin: source, holdUntil: null, expiresAt: null, parentId: null });
}

/** Made once per transfer and parent. The id follows from the transfer, so that it is the same in every projection. */
function make(arrival: Arrival, key: string, fact: Omit<LotFact, 'id' | 'since'>): LotFact {
  const { transfer } = arrival;
  const made = (arrival.made ??= new Map<string, LotFact>());
  const known = made.get(key);
  if (known !== undefined) return known;
  const id = made.size === 0 ? transfer.id : partId(transfer.id, made.size);
  const fresh = { id, since: transfer.bookedAt, ...fact };
  made.set(key, fresh);
  return fresh;
}

/** A UUID of version 8 (RFC 9562): the digest of the transfer's id and the part's number. */
function partId(transferId: string, part: number): string {
  const bytes = createHash('sha256')
    .update(`${transferId} ${String(part)}`)
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x80, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
