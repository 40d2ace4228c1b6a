import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { detachBooks, sealBooks } from '#server/ledger/seal-flows.ts';
import { sealedMonths } from '#server/ledger/seal-queries.ts';
import { createDatabase } from '#server/platform/db.ts';
import { env } from '#server/platform/env.ts';
import { isDomainError, refuse } from '#server/platform/errors.ts';

/**
 * `npm run ledger:seal -- 2026-08 [--by <name>]` checks the books and seals a month of transfers;
 * `npm run ledger:detach -- 2026-08 [--by <name>]` moves a sealed month into the archive. Both need a login that may act
 * as `cascade_owner`, in DATABASE_MIGRATION_URL or else DATABASE_URL. Without a name it is that of the system's user.
 *
 * The last line is JSON: the seal, whose hash is worth keeping somewhere else, or the code of the refusal.
 */
async function main(): Promise<void> {
  const { action, ...order } = orderOf(process.argv.slice(2));
  const { DATABASE_URL, DATABASE_MIGRATION_URL } = env();
  const database = createDatabase(DATABASE_URL);
  try {
    const ownerUrl = DATABASE_MIGRATION_URL ?? DATABASE_URL;
    if (action === 'seal') await sealBooks({ database, ownerUrl }, order);
    else await detachBooks({ ownerUrl }, order);
    const months = await sealedMonths(database.client, 1_000);
    print({ ok: true, action, ...months.find(({ month }) => month === order.month) });
  } finally {
    await database.close();
  }
}

function orderOf([action, ...rest]: readonly string[]): { action: 'seal' | 'detach'; month: string; operator: string } {
  const { values, positionals } = parseArgs({
    args: rest,
    options: { by: { type: 'string' } },
    allowPositionals: true,
  });
  const [month] = positionals;
  if ((action !== 'seal' && action !== 'detach') || month === undefined || positionals.length > 1) {
    throw refuse('invalid', 'seal_malformed', 'Usage: npm run ledger:seal (or ledger:detach) -- 2026-08 [--by <name>]');
  }
  return { action, month, operator: values.by ?? userInfo().username };
}

function print(line: object): void {
  const text = JSON.stringify(line, (_key, part: unknown) => (typeof part === 'bigint' ? part.toString() : part));
  process.stdout.write(`${text}\n`);
}

await main().catch((error: unknown) => {
  process.stdout.write(`${error instanceof Error ? error.message : String(error)}\n`);
  print({ ok: false, code: isDomainError(error) ? error.code : 'seal_failed' });
  process.exitCode = 1;
});
