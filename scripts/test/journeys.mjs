import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode, root } from '../up/paths.mjs';
import { freePort } from '../up/ports.mjs';
import { Product } from '../up/product.mjs';
import { run, tail } from '../up/run.mjs';
import { Halt } from '../up/halt.mjs';

/**
 * The product of a journeys' run, on ports and data of its own.
 * Options: `folder`, `given` (settings), `build` (name of the build's folder).
 */
export async function startForJourneys({ folder, given, build }) {
  mkdirSync(folder, { recursive: true });
  const product = new Product({ folder, given, build, port: await freePort(), isThrowaway: true });
  try {
    return { product, running: await product.start() };
  } catch (error) {
    await product.stop();
    throw error;
  }
}

/** Runs the Playwright journeys against a running product. Resolves with their counts. */
export async function runJourneys({ product, running }, { folder, chromium, args = [] }) {
  const report = join(folder, 'journeys.json');
  rmSync(report, { force: true });
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    CHROMIUM_PATH: chromium,
    CASCADE_APP_URL: running.appUrl,
    CASCADE_VENICE_URL: running.veniceUrl,
    CASCADE_STRIPE_URL: running.stripeUrl,
    CASCADE_DATABASE_URL: running.env.DATABASE_URL,
    CASCADE_JOURNEYS_REPORT: report,
  };
  const playwright = join(root, 'node_modules', 'playwright', 'cli.js');
  const tests = run(pinnedNode, [playwright, 'test', '--config', 'e2e/playwright.config.ts', ...args], {
    cwd: root,
    env,
    show: true,
  });
  const { code } = await Promise.race([tests, product.failed]);
  return countJourneys(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null, code);
}

/** A flaky or skipped journey has not shown what it promises: it counts as failed. */
export function countJourneys(report, code) {
  if (report === null) return { passed: 0, failed: 1 };
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failed = unexpected + flaky + skipped + (report.errors.length > 0 && unexpected === 0 ? 1 : 0);
  return { passed: expected, failed: failed === 0 && code !== 0 ? 1 : failed };
}

/** After the journeys the books must be in order. */
export async function checkBooks({ running }) {
  const { code, output } = await run(pinnedNode, ['server/ledger/check-command.ts'], { cwd: root, env: running.env });
  if (code !== 0) throw new Halt(`The checker found the books out of order:\n${tail(output, 40)}`);
  process.stdout.write(`${tail(output, 8)}\n`);
}
