import { createDatabase } from '#server/platform/db.ts';
import { env } from '#server/platform/env.ts';
import { createSealing, sealingKeys } from '#server/platform/sealing.ts';
import { plantSeed, seedState } from './seed/plant.ts';

/**
 * `node prisma/seed.ts` plants the demo data in a sandbox database, or what is missing of it.
 * With `--when-empty` it leaves alone a database that holds other listings or the whole seed already.
 */
async function main(whenEmpty: boolean): Promise<string> {
  const settings = env();
  if (settings.CASCADE_MODE !== 'sandbox')
    throw new Error('the demo data belongs in a sandbox, and CASCADE_MODE is live');
  const database = createDatabase(settings.DATABASE_URL, { connectionsMax: 2 });
  try {
    const state = await seedState(database.client);
    if (state === 'complete' || (state === 'foreign' && whenEmpty)) return 'The market has its listings already.';
    const started = performance.now();
    const { CASCADE_SECRET: secret, FIELD_KEYS } = settings;
    const sealing = createSealing(sealingKeys(FIELD_KEYS, secret));
    await plantSeed({ database, now: new Date(), secret, sealing });
    return `Demo citizens, listings and orders planted in ${String(Math.ceil(performance.now() - started))} ms.`;
  } finally {
    await database.close();
  }
}

await main(process.argv.includes('--when-empty')).then(
  (line) => process.stdout.write(`${line}\n`),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  },
);
