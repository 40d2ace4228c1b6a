import { describe, expect, test } from 'vitest';
import { Prisma, type Database } from '#server/platform/db.ts';
import { asSuperuser, testDatabase } from './database.ts';

/** `Order` is `client.order`: a delegate, of which only reading one row matters here. */
interface Reader {
  findFirst: () => Promise<unknown>;
}

function readerOf(database: Database, model: string): Reader {
  const reader: unknown = Reflect.get(database.client, model.charAt(0).toLowerCase() + model.slice(1));
  if (typeof reader === 'object' && reader !== null && 'findFirst' in reader) return reader as Reader;
  throw new Error(`Prisma has no model ${model}`);
}

describe('the migrations make what the Prisma schema describes', async () => {
  const database = await testDatabase();

  test.each(Object.values(Prisma.ModelName))('every column of %s can be selected', async (model) => {
    await expect(readerOf(database, model).findFirst()).resolves.not.toBeUndefined();
  });
});

describe('the check of the columns turns red', async () => {
  const database = await testDatabase();

  test('when the table lacks a column of its model', async () => {
    await asSuperuser(database, 'ALTER TABLE outbox_event RENAME COLUMN subject TO about');
    await expect(readerOf(database, 'OutboxEvent').findFirst()).rejects.toThrow(/subject/);
  });

  test('when the application may not read the table', async () => {
    await asSuperuser(database, 'REVOKE SELECT ON inbox_event FROM cascade_app');
    await expect(readerOf(database, 'InboxEvent').findFirst()).rejects.toThrow(/denied/);
  });
});
