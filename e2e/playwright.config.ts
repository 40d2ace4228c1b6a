import { defineConfig, devices } from 'playwright/test';
import { addresses, productCount } from './support/addresses.ts';

/**
 * Journeys in a real Chromium against the production build. `npm run journeys` starts a product for every worker, with
 * data and ports of its own, passes their addresses in the environment, and checks the books afterwards.
 */
const isRoot = process.getuid?.() === 0;
const executablePath = process.env['CHROMIUM_PATH'];

export default defineConfig({
  testDir: '.',
  testMatch: '**/*.test.ts',
  outputDir: '../test-results',
  fullyParallel: false,
  forbidOnly: true,
  retries: 0,
  workers: productCount,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [
    ['list'],
    ['json', { outputFile: process.env['CASCADE_JOURNEYS_REPORT'] ?? '../test-results/report.json' }],
  ],
  use: {
    ...devices['Desktop Chrome'],
    baseURL: addresses.app,
    locale: 'en-GB',
    timezoneId: 'Europe/Rome',
    actionTimeout: 10_000,
    navigationTimeout: 20_000,
    screenshot: 'only-on-failure',
    // A trace keeps a picture of every step, which takes time: npm run journeys -- <name> --trace on
    trace: 'off',
    launchOptions: {
      chromiumSandbox: !isRoot,
      ...(executablePath === undefined ? {} : { executablePath }),
    },
  },
});
