import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Halt, withPermissionSentence } from './halt.mjs';
import { commandLine, isAlive } from './process-table.mjs';

/**
 * Claims a data folder for this process, making it first. Throws a `Halt` when another `up` holds it.
 * A lock whose process is gone is taken over. Returns the function that releases it.
 */
export function claimFolder(folder, hint) {
  const file = join(folder, 'up.lock');
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    for (let attempt = 0; attempt < 2; attempt += 1) {
      if (tryWrite(file)) return () => release(file);
      const holder = Number.parseInt(readFileSync(file, 'utf8'), 10);
      if (isHeld(holder)) throw new Halt(`CASCADE already runs from this folder (process ${String(holder)}). ${hint}`);
      rmSync(file, { force: true });
    }
  } catch (error) {
    throw withPermissionSentence(error, folder);
  }
  throw new Halt(`Another start of CASCADE took ${file} at the same moment. Try again.`);
}

/** The process that holds a data folder, or null. */
export function folderHolder(folder) {
  try {
    const holder = Number.parseInt(readFileSync(join(folder, 'up.lock'), 'utf8'), 10);
    return isHeld(holder) ? holder : null;
  } catch {
    return null;
  }
}

function isHeld(pid) {
  return (
    Number.isInteger(pid) &&
    pid !== process.pid &&
    isAlive(pid) &&
    /scripts[/\\](up|command)\.mjs/.test(commandLine(pid))
  );
}

function tryWrite(file) {
  try {
    writeFileSync(file, `${String(process.pid)}\n`, { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function release(file) {
  rmSync(file, { force: true });
}
