import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { invariant } from './invariant.ts';

/** Where bytes lie that are too large for the database. A name is written once, and always with the same bytes. */
export interface Storage {
  /** Keeps the bytes under the name, whole or not at all. */
  put(name: string, bytes: Uint8Array): Promise<void>;
  /** Null where nothing lies under the name. */
  get(name: string): Promise<Buffer<ArrayBuffer> | null>;
  /** What is not there is left as it is. */
  remove(name: string): Promise<void>;
}

/** Small letters, digits and hyphens, in at most four steps, with an ending or none: nothing that leads elsewhere. */
const nameForm = /^[a-z0-9-]+(\/[a-z0-9-]+){0,3}(\.[a-z0-9]+)?$/;

export function assertName(name: string): void {
  invariant(nameForm.test(name), 'the name of something stored leads to its place only');
}

/** A storage in a folder of this machine. */
export function folderStorage(folder: string): Storage {
  const root = resolve(folder);
  const pathOf = (name: string): string => {
    assertName(name);
    return join(root, name);
  };
  return {
    put: async (name, bytes) => {
      const path = pathOf(name);
      await mkdir(dirname(path), { recursive: true });
      const half = `${path}.${randomUUID()}`;
      try {
        await writeFile(half, bytes, { flush: true });
        await rename(half, path);
      } catch (error) {
        await rm(half, { force: true });
        throw error;
      }
    },
    get: async (name) => {
      try {
        return await readFile(pathOf(name));
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      }
    },
    remove: async (name) => rm(pathOf(name), { force: true }),
  };
}
