import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findChromium } from './test/chromium.mjs';
import { checkFormat, checkLint, checkTypes, writeRouteTypes } from './test/checks.mjs';
import { findHledger } from './test/hledger.mjs';
import { checkBooks, runJourneys, startAllForJourneys, stopAll } from './test/journeys.mjs';
import { checkPageWeight } from './test/page-weight.mjs';
import { findRedis } from './test/redis.mjs';
import { Scoreboard } from './test/scoreboard.mjs';
import { runUnitTests } from './test/unit.mjs';
import { buildForTests, buildPages } from './up/build.mjs';
import { removeDataFolder } from './up/data-folder.mjs';
import { settingsForTests } from './up/environment.mjs';
import { explain, Halt } from './up/halt.mjs';
import { generateClient, installDependencies, requireNode } from './up/install.mjs';
import { Interruption } from './up/interruption.mjs';
import { dataFolder } from './up/paths.mjs';
import { isAlive } from './up/process-table.mjs';
import { endRunningCommands } from './up/run.mjs';

const minutesMax = 25;
/** A build asks for settings but uses none: it touches neither a database nor a network. */
const settingsOfBuild = {
  CASCADE_MODE: 'sandbox',
  CASCADE_SECRET: 'only-for-building-only-for-building',
  APP_URL: 'http://localhost:3000',
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/none',
  STRIPE_SECRET_KEY: 'sk_test_building',
  VENICE_ISSUER: 'http://127.0.0.1:1',
  VENICE_CLIENT_ID: 'cascade',
  VENICE_CLIENT_SECRET: 'building',
};

async function main() {
  const startedAt = Date.now();
  const scores = new Scoreboard();
  const interruption = new Interruption();
  const folder = join(dataFolder, 'tests', String(process.pid));
  const run = { folder, env: settingsForTests(), scores, started: [] };
  let timer;
  const tooLate = new Promise((_resolve, reject) => {
    const giveUp = () => reject(new Halt(`npm test took more than ${String(minutesMax)} minutes.`));
    timer = setTimeout(giveUp, minutesMax * 60_000);
  });
  try {
    await interruption.orEndOf(Promise.race([stages(run), tooLate]));
  } catch (error) {
    scores.close();
    scores.fail(error instanceof Halt ? error.message : error.stack);
  } finally {
    clearTimeout(timer);
    endRunningCommands();
    await stopAll(run.started);
    if (scores.failed === 0) await removeDataFolder(folder);
  }
  process.stdout.write(scores.summary(startedAt));
  process.exit(scores.failed === 0 && scores.passed > 0 ? 0 : 1);
}

async function stages(run) {
  const { scores, env, folder } = run;
  const isSetUp = await scores.stage('set-up', async () => {
    requireNode();
    mkdirSync(folder, { recursive: true });
    await removeOldRuns();
    await installDependencies();
    await generateClient();
    await writeRouteTypes(env);
    run.chromium = await findChromium(process.env.CHROMIUM_PATH);
    process.stdout.write(`  Chromium: ${run.chromium}\n`);
    const redis = await findRedis();
    process.stdout.write(`  Redis: ${redis ?? 'none here, so the tests of limits shared through it are left out'}\n`);
    const hledger = await findHledger();
    process.stdout.write(
      `  hledger: ${hledger ?? 'none here, so the tests of its agreement with our books are left out'}\n`,
    );
  });
  if (!isSetUp) return;
  // Lint takes one processor as long as the others take another one.
  await Promise.all([scores.stage('lint', () => checkLint(env)), formatAndTypes(scores, env)]);
  await scores.stage('unit, integration, architecture', () => runUnitTests(env, folder));
  const build = buildForTests();
  const isBuilt = await scores.stage('production build', () => buildPages({ ...env, ...settingsOfBuild }, build));
  if (isBuilt) await journeyStages(run, build);
  else scores.fail('The journeys did not run: there is no build.');
}

async function formatAndTypes(scores, env) {
  await scores.stage('format', () => checkFormat(env));
  await scores.stage('types', () => checkTypes(env));
}

async function journeyStages(run, build) {
  const { scores, env, folder } = run;
  const isRunning = await scores.stage('start of the products', async () => {
    await startAllForJourneys(run.started, { folder, given: env, build });
  });
  if (!isRunning) return;
  await scores.stage('weight of the pages', () => weighPages(run.started[0].running.appUrl));
  await scores.stage('journeys', () => runJourneys(run.started, { folder, chromium: run.chromium }));
  await scores.stage('books after the journeys', () => checkBooks(run.started));
}

async function weighPages(appUrl) {
  const lines = await checkPageWeight(appUrl);
  process.stdout.write(`  ${lines.join('\n  ')}\n`);
  return { passed: lines.length, failed: 0 };
}

/** Runs that failed leave their data and logs for a look; the next run clears them away. */
async function removeOldRuns() {
  const tests = join(dataFolder, 'tests');
  if (!existsSync(tests)) return;
  for (const name of readdirSync(tests)) {
    if (/^\d+$/.test(name) && isAlive(Number(name))) continue;
    if (/^\d+$/.test(name)) await removeDataFolder(join(tests, name));
    else rmSync(join(tests, name), { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  explain(error);
  process.stdout.write('0 passed, 1 failed\n');
  process.exit(1);
}
