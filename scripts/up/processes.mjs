import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Halt } from './halt.mjs';
import { pinnedNode, root } from './paths.mjs';
import { commandLine, endProcess, signalProcess, waitForExit } from './process-table.mjs';

const listeningTimeoutMs = 30_000;
const stopGraceMs = 15_000;
const keptCharacters = 8_000;

/**
 * The product's own Node processes of one data folder. Each runs in a session of its own, so that Ctrl-C reaches
 * only `up`, which then stops them in order. Their ids are written down for the next start, should `up` be killed.
 */
export class Processes {
  #folder;
  #children = [];
  #isStopping = false;
  #onCrash;

  /** `onCrash(sentence)` is called once when a process ends that was not asked to. */
  constructor(folder, onCrash) {
    this.#folder = folder;
    this.#onCrash = onCrash;
    mkdirSync(join(folder, 'logs'), { recursive: true });
  }

  /** Starts `node <args>` and returns at once. `show` copies its output to the terminal. */
  start(name, args, { env, show = false }) {
    if (this.#isStopping) throw new Halt(`${name} was not started: CASCADE is stopping`);
    const child = spawn(pinnedNode, args, { cwd: root, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    const log = this.#openLog(name);
    const entry = { name, child, lastOutput: '' };
    const take = (chunk) => {
      log.write(chunk);
      entry.lastOutput = (entry.lastOutput + chunk.toString('utf8')).slice(-keptCharacters);
      if (show) process.stdout.write(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.on('error', (error) => {
      entry.lastOutput += error.message;
    });
    child.on('exit', (code, signal) => {
      if (!this.#isStopping) this.#onCrash(this.#crashSentence(entry, signal ?? `code ${String(code)}`));
    });
    this.#children.push(entry);
    this.#record();
    return entry;
  }

  /** Starts a process that prints one JSON line `{"listening": url}` when it is ready; resolves with the url. */
  async startListener(name, args, options) {
    const entry = this.start(name, args, options);
    const url = await firstAnnouncement(entry);
    return url;
  }

  /** Ends all processes, the last started first. */
  async stop() {
    this.#isStopping = true;
    for (const { child } of [...this.#children].reverse()) {
      if (child.pid === undefined) continue;
      if (child.exitCode === null && child.signalCode === null) await endProcess(child.pid, stopGraceMs);
      endGroup(child.pid);
    }
    this.#children = [];
    rmSync(recordFile(this.#folder), { force: true });
  }

  /** Ends everything at once, without asking. */
  kill() {
    this.#isStopping = true;
    for (const { child } of this.#children) if (child.pid !== undefined) endGroup(child.pid);
  }

  #record() {
    const pids = this.#children.flatMap(({ name, child }) =>
      child.pid === undefined ? [] : [{ name, pid: child.pid }],
    );
    writeFileSync(recordFile(this.#folder), JSON.stringify(pids));
  }

  #openLog(name) {
    const file = logFile(this.#folder, name);
    if (existsSync(file)) renameSync(file, `${file}.previous`);
    return createWriteStream(file);
  }

  #crashSentence({ name, lastOutput }, reason) {
    const lines = lastOutput.trim().split('\n').slice(-12).join('\n');
    return `${name} ended unexpectedly (${reason}). Its last words, all of them in ${logFile(this.#folder, name)}:\n${lines}`;
  }
}

/** Where a process of this data folder writes its output. */
export function logFile(folder, name) {
  return join(folder, 'logs', `${name.replaceAll(' ', '-')}.log`);
}

/** Ends processes that a killed `up` of this data folder left behind. Returns how many there were. */
export async function endLeftovers(folder) {
  let count = 0;
  for (const { pid } of readRecord(folder)) {
    if (!commandLine(pid).includes(root) && !commandLine(pid).includes('server/')) continue;
    signalProcess(pid, 'SIGTERM');
    if (!(await waitForExit(pid, stopGraceMs))) endGroup(pid);
    count += 1;
  }
  rmSync(recordFile(folder), { force: true });
  return count;
}

function recordFile(folder) {
  return join(folder, 'processes.json');
}

function readRecord(folder) {
  try {
    return JSON.parse(readFileSync(recordFile(folder), 'utf8'));
  } catch {
    return [];
  }
}

/** A child leads a process group; what it started goes with it. */
function endGroup(pid) {
  signalProcess(-pid, 'SIGKILL');
}

function firstAnnouncement(entry) {
  return new Promise((resolve, reject) => {
    let seen = '';
    const timer = setTimeout(() => {
      reject(
        new Halt(`${entry.name} did not say that it listens within ${String(listeningTimeoutMs / 1000)} s:\n${seen}`),
      );
    }, listeningTimeoutMs);
    entry.child.stdout.on('data', (chunk) => {
      seen += chunk.toString('utf8');
      const url = announcedUrl(seen);
      if (url === null) return;
      clearTimeout(timer);
      resolve(url);
    });
    entry.child.once('exit', () => {
      clearTimeout(timer);
      reject(new Halt(`${entry.name} did not start:\n${entry.lastOutput.trim()}`));
    });
  });
}

function announcedUrl(output) {
  for (const line of output.split('\n')) {
    if (!line.includes('"listening"')) continue;
    try {
      return JSON.parse(line).listening;
    } catch {
      continue;
    }
  }
  return null;
}
