import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { removePostgresData } from './postgres-home.mjs';
import { endLeftovers } from './processes.mjs';

/** Neither the lock of the present run nor what other runs keep here is data of the product. */
const kept = new Set(['up.lock', 'tests', 'cache']);

/** Removes the data of a folder: database, sandboxes, secrets, logs. Installed packages and builds stay. */
export async function emptyDataFolder(folder) {
  await endLeftovers(folder);
  await removePostgresData(folder);
  for (const name of readdirSync(folder)) {
    if (!kept.has(name)) rmSync(join(folder, name), { recursive: true, force: true });
  }
}

/** Removes a data folder as a whole. */
export async function removeDataFolder(folder) {
  if (!existsSync(folder)) return;
  await emptyDataFolder(folder);
  rmSync(folder, { recursive: true, force: true });
}
