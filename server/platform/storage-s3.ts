import { DeleteObjectCommand, GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { assertName, type Storage } from './storage.ts';

/** Where and as whom; the addresses of S3 itself follow from the region, those of others are named. */
export interface S3Settings {
  bucket: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  /** Of a store that speaks S3's language; its buckets are named in the path. */
  endpoint?: string | undefined;
}

const connectMsMax = 5_000;
const requestMsMax = 20_000;
const attemptsMax = 3;

/**
 * A storage in a bucket of S3, or of what speaks its language. Names are those of `Storage`, which lead nowhere else. An
 * object is whole or not there: a store answers a `put` only when it has all of it.
 */
export function s3Storage({ bucket, endpoint, region, accessKeyId, secretAccessKey }: S3Settings): Storage {
  const client = new S3Client({
    region,
    credentials: { accessKeyId, secretAccessKey },
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    maxAttempts: attemptsMax,
    requestHandler: { connectionTimeout: connectMsMax, requestTimeout: requestMsMax, throwOnRequestTimeout: true },
  });
  const place = (name: string) => {
    assertName(name);
    return { Bucket: bucket, Key: name };
  };
  return {
    put: async (name, bytes) => {
      await client.send(new PutObjectCommand({ ...place(name), Body: bytes }));
    },
    get: async (name) => {
      try {
        const { Body: body } = await client.send(new GetObjectCommand(place(name)));
        return body === undefined ? null : Buffer.from(await body.transformToByteArray());
      } catch (error) {
        if (error instanceof NoSuchKey) return null;
        throw error;
      }
    },
    remove: async (name) => {
      await client.send(new DeleteObjectCommand(place(name)));
    },
  };
}
