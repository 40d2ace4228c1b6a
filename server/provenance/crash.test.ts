import { pino } from 'pino';
import { afterAll, expect, it } from 'vitest';
import { createDatabase } from '#server/platform/db.ts';
import { once } from '#server/platform/once.ts';
import { withClient } from '#server/testing/cluster.ts';
import { MortalCluster } from '#server/testing/proofs/mortal-cluster.ts';
import { lotsInFull, provenanceBooks, type ProvenanceBooks } from '#server/testing/provenance-books.ts';
import { provenanceFindings } from './checks.ts';
import { projectNews, rebuildProjection } from './jobs.ts';
import { emptyMemory } from './memory.ts';

/** Idle connections say in the log that the server is gone, which is what happens here. */
once('log', () => pino({ level: 'silent' }));

const cluster = await MortalCluster.start();
afterAll(() => cluster.remove());

/** Commits that do not wait get to the disk seconds later, so that a kill takes them away. */
const lazyDisk = { wal_writer_delay: '10s', wal_writer_flush_after: '1GB' };
const memory = emptyMemory();

it('what a killed server lost of the projection is projected again, by a worker that remembers what was lost', async () => {
  await cluster.configure(lazyDisk);
  const wallet = await onBooks(async (books) => {
    const wallet = await books.open('wallet');
    await books.book([{ from: books.house.issuance, to: wallet, amount: 100n, kind: 'mint' }]);
    await projectNews(books.database, { memory });
    await books.book([{ from: wallet, to: books.house.treasury, amount: 40n }]);
    await withClient(cluster.url, (client) => client.query('CHECKPOINT'));
    expect(await projectNews(books.database, { memory })).toEqual({ projected: 1, isDone: true });
    cluster.killNow();
    return wallet;
  });
  await cluster.restart();
  await onBooks(async ({ database }) => {
    const progress = await database.client.lotProgress.findUniqueOrThrow({ where: { accountId: wallet } });
    // A kill that took nothing away would prove nothing.
    expect(progress.version).toBe(1n);
    expect(await projectNews(database, { memory })).toEqual({ projected: 1, isDone: true });
    expect(await database.inTransaction((tx) => provenanceFindings(tx, 'full'))).toEqual([]);
    const before = await lotsInFull(database);
    await rebuildProjection(database);
    expect(await lotsInFull(database)).toEqual(before);
  });
});

async function onBooks<T>(work: (books: ProvenanceBooks) => Promise<T>): Promise<T> {
  const database = createDatabase(cluster.url, { connectionsMax: 4 });
  try {
    return await work(provenanceBooks({ ...database, adminUrl: cluster.url }));
  } finally {
    await database.close();
  }
}
