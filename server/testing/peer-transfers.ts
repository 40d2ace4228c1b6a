import { randomUUID } from 'node:crypto';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { post } from '#server/ledger/transfers.ts';
import { askForDucats } from '#server/market/peer-transfers/ducat-requests.ts';
import type { DucatRequestReceipt } from '#server/market/peer-transfers/ducat-request-schema.ts';
import { payRequest, sendDucats } from '#server/market/peer-transfers/peer-transfer-flows.ts';
import type { PeerTransferReceipt, SendInput } from '#server/market/peer-transfers/peer-transfer-schema.ts';
import { systemIds } from '#server/platform/ids.ts';
import { noteLotFacts } from '#server/provenance/notes.ts';
import { projectNews } from '#server/provenance/jobs.ts';
import { lotsOf, type HeldLot } from '#server/provenance/queries.ts';
import { move, transferId } from './ledger.ts';
import { testMarket, testSecret, type TestCitizen, type TestMarket } from './market.ts';

/** What a test gives a citizen: ducats of a kind, of a charge, perhaps held. */
export interface GivenDucats {
  kind: 'bought' | 'granted';
  amountMinor: bigint;
  charge?: string;
  holdUntil?: Date | null;
  expiresAt?: Date | null;
}

/** A market in which citizens send each other ducats. */
export interface TestPeers extends TestMarket {
  give(citizen: TestCitizen, given: readonly GivenDucats[]): Promise<void>;
  send(
    from: TestCitizen,
    to: TestCitizen,
    sending: Partial<SendInput> & { amountMinor: bigint },
  ): Promise<PeerTransferReceipt>;
  ask(
    asker: TestCitizen,
    payer: TestCitizen,
    wish: { amountMinor: bigint; note?: string; key?: string },
  ): Promise<DucatRequestReceipt>;
  pay(payer: TestCitizen, requestId: string): Promise<PeerTransferReceipt>;
  /** What a wallet holds, everything that is booked followed. */
  lots(citizen: TestCitizen): Promise<HeldLot[]>;
  username(citizen: TestCitizen): Promise<string>;
  /** Kinds of what a citizen was told, but their trust level, in order. */
  notified(citizen: TestCitizen): Promise<string[]>;
  deps: Parameters<typeof sendDucats>[0];
}

export async function testPeers(): Promise<TestPeers> {
  const market = await testMarket();
  const { database, clock } = market;
  const deps = { database, clock, ids: systemIds, secret: testSecret };
  const username = async ({ citizenId: id }: TestCitizen) =>
    (await database.client.citizen.findUniqueOrThrow({ where: { id }, select: { username: true } })).username;
  return {
    ...market,
    deps,
    username,
    give: (citizen, given) => giveDucats(market, citizen, given),
    send: async (from, to, sending) =>
      sendDucats(deps, {
        senderId: from.citizenId,
        sending: { username: await username(to), note: null, key: randomUUID(), ...sending },
      }),
    ask: (asker, payer, wish) => {
      const parties = { askerId: asker.citizenId, payerId: payer.citizenId };
      return database.inTransaction((tx) =>
        askForDucats(tx, deps, { note: null, key: randomUUID(), ...parties, ...wish }),
      );
    },
    pay: (payer, requestId) => payRequest(deps, { payerId: payer.citizenId, requestId }),
    lots: async ({ citizenId: owner }) => {
      const accountId = await database.inTransaction((tx) =>
        openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' }),
      );
      await projectNews(database);
      return lotsOf(database.client, accountId, { at: clock.now() });
    },
    notified: async ({ citizenId }) => {
      const rows = await database.client.notification.findMany({
        where: { citizenId, kind: { not: 'trust_changed' } },
        select: { kind: true },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
      });
      return rows.map(({ kind }) => kind);
    },
  };
}

function giveDucats(
  { database }: TestMarket,
  { citizenId: owner }: TestCitizen,
  given: readonly GivenDucats[],
): Promise<void> {
  return database.inTransaction(async (tx) => {
    const to = await openAccount(tx, { owner, kind: 'wallet', asset: 'DUCAT' });
    const from = systemAccountId('issuance', 'DUCAT');
    const mints = given.map((one) => ({ ...one, id: transferId() }));
    await noteLotFacts(
      tx,
      mints.map(({ id, kind, charge = owner, holdUntil = null, expiresAt = null }) => ({
        transferId: id,
        kind,
        source: { type: 'charge', id: charge },
        holdUntil,
        expiresAt,
      })),
    );
    await post(
      tx,
      mints.map(({ id, amountMinor }) => move({ id, from, to, amountMinor, kind: 'mint' })),
    );
  });
}
