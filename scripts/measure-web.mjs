import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findChromium } from './test/chromium.mjs';
import { startForJourneys } from './test/journeys.mjs';
import { buildForTests } from './up/build.mjs';
import { removeDataFolder } from './up/data-folder.mjs';
import { settingsForTests } from './up/environment.mjs';
import { explain, Halt } from './up/halt.mjs';
import { generateClient, installDependencies, requireNode } from './up/install.mjs';
import { Interruption } from './up/interruption.mjs';
import { dataFolder, pinnedNode, root } from './up/paths.mjs';
import { endRunningCommands, run, tail } from './up/run.mjs';

/** Scores of 100 that a page has at least. */
const goals = { performance: 90, accessibility: 100 };
const rounds = 3;
const chromiumFlags = [
  ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];

/**
 * Measures public pages with Lighthouse, as on a slow telephone, in the production build with the seed's data: three rounds
 * over all pages, the median of each score. Ends with one line of JSON; fails below a goal.
 */
async function main() {
  requireNode();
  const interruption = new Interruption();
  const folder = join(dataFolder, 'tests', String(process.pid));
  const reports = mkdtempSync(join(tmpdir(), 'cascade-lighthouse-'));
  let started = null;
  try {
    await installDependencies();
    await generateClient();
    const chromium = await findChromium(process.env.CHROMIUM_PATH);
    started = await startForJourneys({ folder, given: settingsForTests(), build: buildForTests() });
    const { appUrl } = started.running;
    const paths = ['/', '/market', await firstListing(appUrl), '/it/market'];
    const scores = new Map(paths.map((path) => [path, []]));
    for (let round = 0; round < rounds; round += 1) {
      for (const path of paths) {
        const { faults, ...measured } = await interruption.orEndOf(measure(`${appUrl}${path}`, { chromium, reports }));
        process.stdout.write(`${path}: ${JSON.stringify(measured)}${faults}\n`);
        scores.get(path).push(measured);
      }
    }
    report(scores);
  } catch (error) {
    explain(error);
    process.exitCode = 1;
  } finally {
    endRunningCommands();
    await started?.product.stop();
    rmSync(reports, { recursive: true, force: true });
    if (process.exitCode !== 1) await removeDataFolder(folder);
  }
}

async function firstListing(appUrl) {
  const html = await (await fetch(`${appUrl}/market`)).text();
  const path = /href="(\/listings\/[0-9a-f-]{36})"/.exec(html)?.[1];
  if (path === undefined) throw new Halt('The market shows no listing that could be measured.');
  return path;
}

/** Chromium now and then loses the beginning of its recording, so a measurement may be made twice. */
async function measure(url, options) {
  return (await lighthouse(url, options)) ?? (await lighthouse(url, options)) ?? failed(url);
}

function failed(url) {
  throw new Halt(`Lighthouse could not measure ${url}, twice.`);
}

/** Scores of 100, and what is wrong with the page for those who cannot see it; null where the measurement failed. */
async function lighthouse(url, { chromium, reports }) {
  const file = join(reports, 'report.json');
  const only = Object.keys(goals).join(',');
  const cli = join(root, 'node_modules', 'lighthouse', 'cli', 'index.js');
  const args = [url, '--quiet', '--output=json', `--output-path=${file}`, `--only-categories=${only}`];
  const env = { ...process.env, CHROME_PATH: chromium };
  const { code, output } = await run(pinnedNode, [cli, ...args, `--chrome-flags=${chromiumFlags.join(' ')}`], {
    cwd: root,
    env,
  });
  if (code !== 0) {
    process.stdout.write(`${tail(output, 3)}\n`);
    return null;
  }
  const { categories, audits, runtimeError } = JSON.parse(readFileSync(file, 'utf8'));
  if (runtimeError !== undefined) return null;
  const wrong = categories.accessibility.auditRefs.filter(({ id, weight }) => weight > 0 && audits[id].score === 0);
  const faults = wrong.map(({ id }) => ` ${id}`).join('');
  const scores = Object.keys(goals).map((name) => [name, Math.round(categories[name].score * 100)]);
  return { ...Object.fromEntries(scores), faults };
}

function report(scores) {
  const pages = {};
  let isMissed = false;
  for (const [path, measured] of scores) {
    pages[path] = {};
    for (const [name, goal] of Object.entries(goals)) {
      const sorted = measured.map((each) => each[name]).sort((left, right) => left - right);
      const median = sorted[Math.floor(sorted.length / 2)];
      pages[path][name] = { median, lowest: sorted[0], highest: sorted.at(-1) };
      if (median < goal) isMissed = true;
    }
  }
  process.stdout.write(`${JSON.stringify({ ok: !isMissed, goals, rounds, pages })}\n`);
  if (isMissed) process.exitCode = 1;
}

await main();
