import { Client } from 'pg';
import { afterAll, expect, it } from 'vitest';
import { testDatabase } from '#server/testing/database.ts';
import { defects } from './defects.ts';
import { alteredSource, plant } from './planting.ts';

const database = await testDatabase();
const client = new Client({ connectionString: database.adminUrl });
await client.connect();
afterAll(() => client.end());

it.each(defects)('the ledger still has the place where “$name” is planted', async (defect) => {
  await client.query('BEGIN');
  await expect(plant(client, defect)).resolves.toBeUndefined();
  await client.query('ROLLBACK');
  if (defect.source !== undefined) expect(alteredSource(defect.source).text).toContain(defect.source.replacement);
});

it('a defect whose place is gone is not planted', async () => {
  const substitutions = [{ functionName: 'ledger.post', search: 'nothing of the kind', replacement: '' }];
  await expect(plant(client, { name: 'gone', substitutions, red: [] })).rejects.toThrow('has no longer');
  const source = { file: 'server/market/orders/order-rules.ts', search: 'nothing of the kind', replacement: '' };
  expect(() => alteredSource(source)).toThrow('has no longer');
});
