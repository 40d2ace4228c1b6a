import { env } from '#server/platform/env.ts';
import { invariant } from '#server/platform/invariant.ts';
import { once } from '#server/platform/once.ts';
import { s3Storage } from '#server/platform/storage-s3.ts';
import { folderStorage, type Storage } from '#server/platform/storage.ts';

/** Where this process keeps what citizens bring: a bucket where one is named, else a folder. */
export function storage(): Storage {
  return once('storage', () => {
    const { S3_BUCKET: bucket, S3_REGION: region, S3_ENDPOINT: endpoint } = env();
    const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey, STORAGE_FOLDER: folder } = env();
    if (bucket === undefined) return folderStorage(folder);
    invariant(region !== undefined && accessKeyId !== undefined && secretAccessKey !== undefined, 'a bucket is whole');
    return s3Storage({ bucket, region, endpoint, accessKeyId, secretAccessKey });
  });
}
