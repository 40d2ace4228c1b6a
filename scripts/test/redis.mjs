import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installByApt } from './apt.mjs';

/** The path of a redis-server, installed by apt-get where this is root; null where there is none. */
export async function findRedis() {
  const found = onPath();
  if (found !== null) return found;
  await installByApt('redis-server');
  return onPath();
}

function onPath() {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'redis-server'));
  return places.find((path) => existsSync(path)) ?? null;
}
