import { paged, type PersonalDataSource } from '#server/citizens/personal-data.ts';
import { peerTransfersOf } from '#server/market/peer-transfers/peer-transfer-queries.ts';
import type { PeerTransferDirection } from '#server/market/peer-transfers/peer-transfer-schema.ts';
import { ducatRequestsOf } from '#server/market/peer-transfers/ducat-request-queries.ts';
import type { DucatRequestSide } from '#server/market/peer-transfers/ducat-request-schema.ts';
import type { Db } from '#server/platform/db.ts';

const limit = 100;

/** Ducats sent and received, and requests for them on both sides, with their notes. */
export const peerTransferData: PersonalDataSource = {
  covers: ['PeerTransfer.senderId', 'PeerTransfer.recipientId', 'DucatRequest.askerId', 'DucatRequest.payerId'],
  parts: [
    { name: 'ducatsSent', rows: (db, { citizenId }) => transfers(db, { citizenId, direction: 'sent' }) },
    { name: 'ducatsReceived', rows: (db, { citizenId }) => transfers(db, { citizenId, direction: 'received' }) },
    { name: 'requestsMade', rows: (db, { citizenId }) => requests(db, { citizenId, side: 'asked' }) },
    { name: 'requestsReceived', rows: (db, { citizenId }) => requests(db, { citizenId, side: 'received' }) },
  ],
};

function transfers(db: Db, whose: { citizenId: string; direction: PeerTransferDirection }) {
  return paged((cursor) => peerTransfersOf(db, { ...whose, cursor, limit }));
}

function requests(db: Db, whose: { citizenId: string; side: DucatRequestSide }) {
  // As they are written down: a request whose time is over stays open until the worker has ended it.
  const now = new Date(0);
  return paged((cursor) => ducatRequestsOf(db, { ...whose, now, cursor, limit }));
}
