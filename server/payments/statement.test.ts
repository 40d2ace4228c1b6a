import { randomUUID } from 'node:crypto';
import { expect, test } from 'vitest';
import { fulfil } from '#server/payments/flows.ts';
import { walletStatement, walletSummary } from '#server/payments/queries.ts';
import { statementCsv } from '#server/payments/statement-csv.ts';
import type { Principal } from '#server/platform/session.ts';
import { systemClock, type Clock } from '#server/platform/clock.ts';
import { testBridge } from '#server/testing/payments.ts';
import { testPrincipal } from '#server/testing/principal.ts';

const bridge = await testBridge();
const { deps, database } = bridge;

async function citizenWithTopUps(count: number): Promise<string> {
  const citizenId = await bridge.citizen();
  for (let number = 0; number < count; number += 1) {
    const topUp = await bridge.start({ kind: 'package', packageId: 'explorer' }, citizenId);
    bridge.pay(topUp.sessionId);
    await fulfil(deps, { sessionId: topUp.sessionId });
  }
  return citizenId;
}

function download(citizenId: string | null, search = '', clock: Clock = systemClock): Promise<Response> {
  const principal: Principal | null = citizenId === null ? null : testPrincipal({ citizenId });
  const request = new Request(`http://127.0.0.1/api/wallet/statement.csv${search}`);
  return statementCsv(request, { database, clock, principal });
}

test('a citizen without any entry has an empty wallet and an empty statement', async () => {
  const citizenId = await bridge.citizen();
  expect(await walletSummary(database.client, citizenId)).toEqual({
    balanceMinor: 0n,
    reservedMinor: 0n,
    availableMinor: 0n,
  });
  expect(await walletStatement(database.client, { citizenId, limit: 10 })).toEqual({ entries: [], nextCursor: null });
});

test('a statement pages without gaps, newest first, and its running balance ends at the wallet', async () => {
  const citizenId = await citizenWithTopUps(3);
  const versions: bigint[] = [];
  let cursor: bigint | null = null;
  do {
    const page: Awaited<ReturnType<typeof walletStatement>> = await walletStatement(database.client, {
      citizenId,
      limit: 2,
      cursor,
    });
    versions.push(...page.entries.map((entry) => entry.version));
    cursor = page.nextCursor;
  } while (cursor !== null);
  expect(versions).toEqual([6n, 5n, 4n, 3n, 2n, 1n]);
  const [newest] = (await walletStatement(database.client, { citizenId, limit: 1 })).entries;
  expect(newest?.balanceAfterMinor).toBe((await walletSummary(database.client, citizenId)).balanceMinor);
  const bonuses = await walletStatement(database.client, { citizenId, limit: 10, kinds: ['top_up_bonus'] });
  expect(bonuses.entries.map((entry) => entry.amountMinor)).toEqual([2_500n, 2_500n, 2_500n]);
});

test('the CSV holds every entry of the period with plain decimal amounts', async () => {
  const citizenId = await citizenWithTopUps(1);
  const response = await download(citizenId);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
  expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="cascade-statement-[\d-]+\.csv"$/);
  const lines = (await response.text()).trimEnd().split('\r\n');
  expect(lines).toHaveLength(3);
  expect(lines[0]).toBe('time,kind,amount_ducats,balance_after_ducats,reference,transfer');
  expect(lines[1]).toMatch(/,top_up_bonus,25\.00,525\.00,/);
  expect(lines[2]).toMatch(/,top_up_base,500\.00,500\.00,/);
});

test('the CSV is limited to the chosen period and kinds', async () => {
  const citizenId = await citizenWithTopUps(1);
  const past = await download(citizenId, '?from=2020-01-01&to=2020-01-31');
  expect((await past.text()).trimEnd().split('\r\n')).toHaveLength(1);
  const kinds = await download(citizenId, '?kinds=top_up_base');
  expect((await kinds.text()).trimEnd().split('\r\n')).toHaveLength(2);
});

test('without a session the statement is refused with 401', async () => {
  const response = await download(null);
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ code: 'sign_in_required' });
});

test.each([
  ['?from=yesterday', 'period_malformed'],
  ['?from=2026-02-30', 'period_malformed'],
  ['?kinds=everything', 'period_malformed'],
  ['?from=2026-02-01&to=2026-01-01', 'period_malformed'],
  ['?from=2020-01-01&to=2026-01-01', 'period_too_long'],
])('the period %s is refused as %s', async (search, code) => {
  const response = await download(randomUUID(), search);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ code });
});

test('a day of the file is a day of Venice, as on the page: past ten in the evening in UTC it is tomorrow', async () => {
  const summerNight = { now: () => new Date('2026-06-30T22:30:00Z') };
  const response = await download(randomUUID(), '?from=2026-06-01', summerNight);
  expect(response.headers.get('content-disposition')).toContain('cascade-statement-2026-06-01-2026-07-01.csv');
});
