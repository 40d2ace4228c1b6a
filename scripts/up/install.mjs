import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { contentHash } from './content-hash.mjs';
import { Halt, withPermissionSentence } from './halt.mjs';
import { dataFolder, pinnedNode, root } from './paths.mjs';
import { step } from './progress.mjs';
import { run, tail } from './run.mjs';

const installedMark = join(root, 'node_modules', '.cascade-installed');
const generatedMark = join(root, 'prisma', 'generated', '.cascade-generated');
const logs = join(dataFolder, 'logs');

/** Ends with a sentence when Node is too old for the scripts themselves. */
export function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Halt(
    `CASCADE needs Node 20.19 or newer, and this is ${process.versions.node}. Install it from https://nodejs.org.`,
  );
}

/** Installs the dependencies when they are missing or do not match the lockfile. */
export async function installDependencies() {
  const wanted = hashOf(join(root, 'package-lock.json'));
  if (isInstalled(wanted)) return;
  await step('installing dependencies', async (note) => {
    const env = { ...process.env, PATH: pathWithoutLocalPrograms() };
    for (const name of Object.keys(env)) if (/^npm_/i.test(name)) delete env[name];
    env.NODE_ENV = 'development';
    const args = ['ci', '--no-fund', '--no-audit', '--loglevel', 'http'];
    const onLine = (line) => note(line.startsWith('npm http fetch') ? fetchedPackage(line) : '');
    const { code, output } = await run('npm', args, { cwd: root, env, onLine, logFile: join(logs, 'npm-ci.log') });
    note('');
    if (code !== 0) throw new Halt(installFailure(output));
  });
  mark(installedMark, wanted);
}

/** Generates the Prisma client when the schema (or Prisma itself) changed since the last time. */
export async function generateClient() {
  const schema = contentHash(root, ['prisma/schema', 'prisma.config.ts', 'package-lock.json']);
  if (existsSync(join(root, 'prisma', 'generated', 'client.ts')) && read(generatedMark) === schema) return;
  await step('generating the database client', async () => {
    const env = { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: '1' };
    const prisma = join(root, 'node_modules', 'prisma', 'build', 'index.js');
    const { code, output } = await run(pinnedNode, [prisma, 'generate'], {
      cwd: root,
      env,
      logFile: join(logs, 'prisma.log'),
    });
    if (code !== 0) throw new Halt(`The Prisma client could not be generated:\n${tail(output)}`);
  });
  mark(generatedMark, schema);
}

/**
 * A lockfile equal to the one of the last installation, or to what npm itself wrote down when someone ran it by
 * hand, means that nothing needs to be installed.
 */
function isInstalled(wanted) {
  if (!existsSync(pinnedNode)) return false;
  if (read(installedMark) === wanted) return true;
  if (!installedMatchesLockfile()) return false;
  mark(installedMark, wanted);
  return true;
}

function installedMatchesLockfile() {
  const installed = readPackages(join(root, 'node_modules', '.package-lock.json'));
  const locked = readPackages(join(root, 'package-lock.json'));
  if (installed === null || locked === null) return false;
  return Object.entries(locked).every(([path, { version, optional, peer }]) => {
    if (path === '') return true;
    const found = installed[path];
    return found === undefined ? optional === true || peer === true : found.version === version;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages ?? null;
  } catch {
    return null;
  }
}

function installFailure(output) {
  if (/EACCES|EPERM|EROFS/.test(output))
    return withPermissionSentence({ code: 'EACCES' }, join(root, 'node_modules')).message;
  if (/code EUSAGE/.test(output)) {
    const missing = output.split('\n').filter((line) => /(Missing|Invalid): /.test(line));
    return `package-lock.json does not fit package.json, so npm ci refuses:\n${missing.slice(0, 5).join('\n')}`;
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET/.test(output)) {
    return `npm could not reach its registry. Check the network (or "npm config get registry") and try again.\n${tail(output, 6)}`;
  }
  return `npm ci failed; all of its output is in .cascade/logs/npm-ci.log:\n${tail(output)}`;
}

function fetchedPackage(line) {
  return line.replace(/^npm http fetch \w+ \d+ \S+\/([^/\s]+)\s.*$/, '$1').slice(0, 40);
}

/** Without this, npm would run by the very Node that it is about to replace. */
function pathWithoutLocalPrograms() {
  const parts = (process.env.PATH ?? '').split(delimiter);
  return parts
    .filter((part) => !part.includes(join('node_modules', '.bin')) && !part.includes('node-gyp-bin'))
    .join(delimiter);
}

function hashOf(file) {
  if (!existsSync(file)) throw new Halt(`${file} is missing: this is not a whole clone of CASCADE.`);
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function read(file) {
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : null;
}

function mark(file, value) {
  mkdirSync(join(file, '..'), { recursive: true });
  rmSync(file, { force: true });
  writeFileSync(file, `${value}\n`);
}
