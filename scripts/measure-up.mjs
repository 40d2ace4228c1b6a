import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pssMegabytes, processTree, shortName } from './measure/process-memory.mjs';
import { removePostgresData } from './up/postgres-home.mjs';
import { explain, Halt } from './up/halt.mjs';
import { installDependencies } from './up/install.mjs';
import { Interruption } from './up/interruption.mjs';
import { root } from './up/paths.mjs';
import { freePort } from './up/ports.mjs';
import { endProcess, isAlive, pause, waitForExit } from './up/process-table.mjs';

const limits = { firstUpSeconds: 240, laterUpSeconds: 15, idlePssMegabytes: 900 };
const idleMs = 60_000;
const startMsMax = 10 * 60_000;

/**
 * Measures `npm run up` in a copy of this clone without its dependencies, data and build: the first start, a later
 * one, and the memory of everything it runs 60 s after that. Ends with one line of JSON; fails beyond the limits.
 */
async function main() {
  if (process.platform !== 'linux') throw new Halt('The memory of processes is read from /proc: measure on Linux.');
  await installDependencies();
  const interruption = new Interruption();
  const clone = copyOfSources();
  let running = null;
  try {
    running = await interruption.orEndOf(up(clone));
    const firstUpSeconds = running.seconds;
    await stop(running);
    running = await interruption.orEndOf(up(clone));
    const laterUpSeconds = running.seconds;
    process.stdout.write(`Waiting ${String(idleMs / 1000)} s before weighing it …\n`);
    await interruption.orEndOf(pause(idleMs));
    const idlePssMegabytes = weigh(running.child.pid);
    await stop(running);
    running = null;
    report({ firstUpSeconds, laterUpSeconds, idlePssMegabytes });
  } finally {
    if (running !== null) await stop(running);
    await removePostgresData(join(clone, '.cascade'));
    rmSync(clone, { recursive: true, force: true });
  }
}

/** What git knows or would add, so also changes that are not committed yet. */
function copyOfSources() {
  const clone = mkdtempSync(join(tmpdir(), 'cascade-measure-'));
  const names = execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: root, encoding: 'utf8' });
  for (const name of names.split('\0').filter((path) => path !== '')) {
    mkdirSync(dirname(join(clone, name)), { recursive: true });
    cpSync(join(root, name), join(clone, name), { force: true });
  }
  return clone;
}

/** Starts it as a person would, and resolves once the banner says that it runs. */
async function up(clone) {
  const startedAt = Date.now();
  const port = await freePort();
  const child = spawn('npm', ['run', 'up', '--', '--port', String(port)], {
    cwd: clone,
    env: cleanEnvironment(),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const isUp = new Promise((resolve, reject) => {
    const take = (chunk) => {
      process.stdout.write(chunk);
      output += chunk.toString('utf8');
      if (output.includes('CASCADE is running')) resolve();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.once('exit', (code) => reject(new Halt(`npm run up ended with code ${String(code)}.`)));
    child.once('error', reject);
  });
  const timer = setTimeout(() => child.kill('SIGTERM'), startMsMax);
  try {
    await isUp;
  } finally {
    clearTimeout(timer);
  }
  child.removeAllListeners('exit');
  return { child, seconds: (Date.now() - startedAt) / 1000 };
}

/** The copy must look like a fresh shell: nothing of this run's npm, Node or settings. */
function cleanEnvironment() {
  const foreign = /^(npm_|DATABASE_|REDIS_|UPSTASH_|STRIPE_|VENICE_|CASCADE_|NODE_|INIT_CWD)|^(PORT|HOST|APP_URL)$/i;
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
  env.PATH = (env.PATH ?? '')
    .split(':')
    .filter((part) => !part.includes('node_modules'))
    .join(':');
  return env;
}

/** Ctrl-C, and nothing of it may survive. */
async function stop({ child }) {
  const pids = processTree(child.pid);
  if (isAlive(child.pid)) process.kill(-child.pid, 'SIGINT');
  const isGone = await waitForExit(child.pid, 30_000);
  const survivors = pids.filter((pid) => isAlive(pid));
  for (const pid of survivors) await endProcess(pid, 1_000);
  if (!isGone || survivors.length > 0) throw new Halt(`Ctrl-C left ${String(survivors.length)} processes behind.`);
}

function weigh(rootPid) {
  const rows = processTree(rootPid).map((pid) => ({ name: shortName(pid), megabytes: pssMegabytes(pid) }));
  rows.sort((a, b) => b.megabytes - a.megabytes);
  for (const { name, megabytes } of rows) process.stdout.write(`${megabytes.toFixed(1).padStart(8)} MB  ${name}\n`);
  return rows.reduce((sum, { megabytes }) => sum + megabytes, 0);
}

function report(figures) {
  const rounded = Object.fromEntries(
    Object.entries(figures).map(([name, value]) => [name, Math.round(value * 10) / 10]),
  );
  const missed = Object.keys(limits).filter((name) => figures[name] > limits[name]);
  process.stdout.write(
    `\nfirst up    ${String(rounded.firstUpSeconds)} s (at most ${String(limits.firstUpSeconds)})\n`,
  );
  process.stdout.write(`later up    ${String(rounded.laterUpSeconds)} s (at most ${String(limits.laterUpSeconds)})\n`);
  process.stdout.write(
    `idle        ${String(rounded.idlePssMegabytes)} MB (at most ${String(limits.idlePssMegabytes)})\n`,
  );
  process.stdout.write(`${JSON.stringify({ ...rounded, missed })}\n`);
  if (missed.length > 0) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  explain(error);
  process.exitCode = 1;
}
