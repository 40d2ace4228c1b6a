import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * A fingerprint of files and folders (paths relative to `base`): their names and contents, not their times.
 * Missing ones count as absent. `ignore(path)` leaves a file or folder out.
 */
export function contentHash(base, paths, ignore = () => false) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesUnder(join(base, path), (full) => ignore(relative(base, full)))) {
      hash.update(`${relative(base, file)}\0`);
      hash.update(createHash('sha256').update(readFileSync(file)).digest());
    }
  }
  return hash.digest('hex');
}

function filesUnder(path, ignore) {
  if (!existsSync(path) || ignore(path)) return [];
  if (!statSync(path).isDirectory()) return [path];
  const names = readdirSync(path).sort();
  return names.flatMap((name) => filesUnder(join(path, name), ignore));
}
