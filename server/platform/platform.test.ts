import { describe, expect, it } from 'vitest';
import { testDatabase } from '#server/testing/database.ts';

describe('database', async () => {
  const database = await testDatabase();

  it('works as the application role', async () => {
    const rows = await database.client.$queryRaw<{ role: string }[]>`SELECT current_user AS role`;
    expect(rows[0]?.role).toBe('cascade_app');
    await database.ping();
  });
});
