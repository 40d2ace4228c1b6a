import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

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
    globalSetup: ['server/testing/cluster.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 30_000,
  },
});
