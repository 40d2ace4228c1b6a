import { findOrInstall } from './apt.mjs';

/** The path of hledger, installed by apt-get where this is root; null where there is none. */
export function findHledger() {
  return findOrInstall('hledger');
}
