import { afterAll, expect, it } from 'vitest';
import { audit } from '#server/testing/chaos/audit.ts';
import { runChaos } from '#server/testing/chaos/chaos-run.ts';
import { chaosWorld, closeWorld } from '#server/testing/chaos/chaos-world.ts';
import { proofSize } from '#server/testing/proofs/proof-size.ts';
import { newSeed } from '#server/testing/proofs/random.ts';

const seed = newSeed();
const size = proofSize({
  short: { sessions: 40, sellers: 7, workerKills: 0 },
  long: { sessions: 1_000, sellers: 100, workerKills: 8 },
});
const world = await chaosWorld({ seed, deathsMax: proofSize({ short: 1, long: 5 }) });
afterAll(() => closeWorld(world));

it(
  `${String(size.sessions)} sessions under lost, repeated and late events, dying processes and everything that comes after a payment leave books that are Stripe's to the cent (seed ${String(seed)})`,
  { timeout: proofSize({ short: 300_000, long: 5_400_000 }) },
  async ({ task, annotate }) => {
    const { figures } = await runChaos(world, size, (line) => annotate(line));
    task.meta.figures = figures;
    const wrong = await audit(world);
    expect(wrong, wrong.join('\n')).toEqual([]);
    // A gap in which nobody died would prove nothing.
    expect(world.schedule.untouched()).toEqual([]);
    expect(figures.deliveries).toBeGreaterThan(2 * (figures.events ?? 0));
  },
);
