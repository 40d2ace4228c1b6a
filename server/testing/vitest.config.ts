import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

/** Tests of these names need a program; `npm test` installs it where it may and says so where it cannot. */
const programs = { '**/*.redis.test.ts': 'redis-server', '**/*.hledger.test.ts': 'hledger' };
const folders = (process.env['PATH'] ?? '').split(delimiter);
const leftOut = Object.entries(programs)
  .filter(([, program]) => !folders.some((folder) => existsSync(join(folder, program))))
  .map(([tests]) => tests);

/** Unit, integration and architecture tests, on one real PostgreSQL that the run starts itself. */
export default defineConfig({
  root: fileURLToPath(new URL('../..', import.meta.url)),
  ssr: { resolve: { conditions: ['react-server'] } },
  test: {
    include: [
      'server/**/*.test.ts',
      'app/**/*.test.ts',
      'components/**/*.test.{ts,tsx}',
      'prisma/**/*.test.ts',
      'scripts/**/*.test.mjs',
    ],
    exclude: [...configDefaults.exclude, ...leftOut],
    globalSetup: ['server/testing/cluster.ts'],
    pool: 'forks',
    maxWorkers: 2,
    // It ends what hangs. How long a test takes says more about what else the machine does.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
