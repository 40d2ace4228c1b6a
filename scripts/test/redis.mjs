import { findOrInstall } from './apt.mjs';

/** The path of a redis-server, installed by apt-get where this is root; null where there is none. */
export function findRedis() {
  return findOrInstall('redis-server');
}
