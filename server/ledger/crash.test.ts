import { afterAll, expect, it } from 'vitest';
import { KilledBank } from '#server/testing/proofs/kill-rounds.ts';
import { MortalCluster } from '#server/testing/proofs/mortal-cluster.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { newSeed, randomFrom } from '#server/testing/proofs/random.ts';

const rounds = proofSize({ short: 5, long: 20 });
const controlRounds = proofSize({ short: 1, long: 3 });
const seed = newSeed();
const agreement = { lost: [], different: [], doubled: [], strangers: [], contradicted: [] };
const durability = { fsync: 'on', synchronous_commit: 'on', full_page_writes: 'on' };
/** Commits are answered before they are on the disk, and get there seconds later. */
const carelessness = { synchronous_commit: 'off', wal_writer_delay: '10s', wal_writer_flush_after: '1GB' };
const cluster = await MortalCluster.start();

afterAll(() => cluster.remove());

it(
  `what was acknowledged survives ${String(rounds)} kill -9 under load, and every unknown outcome becomes one effect (seed ${String(seed)})`,
  { timeout: proofSize({ short: 120_000, long: 900_000 }) },
  async ({ task, annotate }) => {
    expect(await cluster.settings(Object.keys(durability))).toEqual(durability);
    const bank = await KilledBank.open(cluster, randomFrom(seed));
    const figures = { kills: 0, told: 0, unknown: 0, happened: 0 };
    for (let round = 1; round <= rounds; round += 1) {
      const { differences, faults, ...seen } = await bank.round();
      expect(differences).toEqual(agreement);
      expect(faults).toEqual([]);
      figures.kills += 1;
      figures.told = seen.told;
      figures.unknown += seen.unknown;
      figures.happened += seen.happened;
      await annotate(`kill ${String(round)} of ${String(rounds)}: ${JSON.stringify(seen)}`);
    }
    expect(await bank.historyFaults()).toEqual([]);
    // Kills that interrupt nothing would prove nothing.
    expect(figures.unknown).toBeGreaterThan(0);
    task.meta.figures = figures;
  },
);

it(
  `the same proof sees acknowledged transfers lost where commits do not wait for the disk (seed ${String(seed)})`,
  { timeout: proofSize({ short: 120_000, long: 300_000 }) },
  async ({ task, annotate }) => {
    await cluster.configure(carelessness);
    const bank = await KilledBank.open(cluster, randomFrom(seed));
    const figures = { controlKills: 0, controlLost: 0 };
    for (let round = 1; round <= controlRounds; round += 1) {
      const { differences, faults } = await bank.round();
      // What is left is in order by itself: the books alone do not show that something is missing.
      expect(faults).toEqual([]);
      figures.controlKills += 1;
      figures.controlLost = differences.lost.length;
      await annotate(`control kill ${String(round)}: ${String(differences.lost.length)} acknowledged ids lost so far`);
    }
    expect(figures.controlLost).toBeGreaterThan(0);
    task.meta.figures = figures;
  },
);
