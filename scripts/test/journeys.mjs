import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pinnedNode, root } from '../up/paths.mjs';
import { freePort } from '../up/ports.mjs';
import { Product } from '../up/product.mjs';
import { run, tail } from '../up/run.mjs';
import { Halt } from '../up/halt.mjs';

/** How many products are asked at a time, each by journeys of its own: nobody meets another journey's citizens. */
const productsMax = 2;

/**
 * A product for journeys, on ports and data of its own.
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

/**
 * Starts as many products as journeys run at a time, and adds each to `started` as soon as it is there, so that they can
 * be ended whatever happens to the others. Options as for one.
 */
export async function startAllForJourneys(started, { folder, ...options }) {
  // One after the other: they would race for free ports.
  while (started.length < productsMax) {
    const own = join(folder, `product-${String(started.length)}`);
    started.push(await startForJourneys({ ...options, folder: own }));
  }
}

/** Ends what `startAllForJourneys` started. */
export async function stopAll(started) {
  await Promise.all(started.map(({ product }) => product.stop()));
}

/** Runs the Playwright journeys against running products, as many at a time. Resolves with their counts. */
export async function runJourneys(started, { folder, chromium, args = [] }) {
  const report = join(folder, 'journeys.json');
  rmSync(report, { force: true });
  const products = started.map(({ running }) => ({
    app: running.appUrl,
    venice: running.veniceUrl,
    stripe: running.stripeUrl,
    database: running.env.DATABASE_URL,
  }));
  const env = {
    ...process.env,
    NODE_OPTIONS: '',
    CHROMIUM_PATH: chromium,
    CASCADE_JOURNEYS_PRODUCTS: JSON.stringify(products),
    CASCADE_JOURNEYS_REPORT: report,
  };
  const playwright = join(root, 'node_modules', 'playwright', 'cli.js');
  const tests = run(pinnedNode, [playwright, 'test', '--config', 'e2e/playwright.config.ts', ...args], {
    cwd: root,
    env,
    show: true,
  });
  const { code } = await Promise.race([tests, ...started.map(({ product }) => product.failed)]);
  return countJourneys(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null, code);
}

/** A flaky or skipped journey has not shown what it promises: it counts as failed. */
export function countJourneys(report, code) {
  if (report === null) return { passed: 0, failed: 1 };
  const { expected, unexpected, flaky, skipped } = report.stats;
  const failed = unexpected + flaky + skipped + (report.errors.length > 0 && unexpected === 0 ? 1 : 0);
  return { passed: expected, failed: failed === 0 && code !== 0 ? 1 : failed };
}

/** After the journeys the books of every product must be in order. */
export async function checkBooks(started) {
  for (const { running } of started) {
    const { code, output } = await run(pinnedNode, ['server/ledger/check-command.ts'], { cwd: root, env: running.env });
    if (code !== 0) throw new Halt(`The checker found the books out of order:\n${tail(output, 40)}`);
    process.stdout.write(`${tail(output, 8)}\n`);
  }
}
