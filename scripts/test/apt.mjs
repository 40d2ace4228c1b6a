import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { run, tail } from '../up/run.mjs';

/** Installs a Debian package when this is root. Resolves with a sentence on what happened. */
export async function installByApt(name) {
  if (process.getuid?.() !== 0) return 'apt-get was not tried: this is not root.';
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-q'], { env });
  const { output } = await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', name], { env });
  return tail(output, 5);
}

/** The path of a program, installed with its Debian package where it is missing and may be; null where there is none. */
export async function findOrInstall(program) {
  const found = onPath(program);
  if (found !== null) return found;
  // A Debian package of the same name has each of the programs that tests need.
  await installByApt(program);
  return onPath(program);
}

function onPath(program) {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, program));
  return places.find((path) => existsSync(path)) ?? null;
}
