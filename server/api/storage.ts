import { env } from '#server/platform/env.ts';
import { once } from '#server/platform/once.ts';
import { folderStorage, type Storage } from '#server/platform/storage.ts';

/** Where this process keeps what citizens bring. */
export function storage(): Storage {
  return once('storage', () => folderStorage(env().STORAGE_FOLDER));
}
