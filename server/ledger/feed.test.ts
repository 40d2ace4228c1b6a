import { expect, test } from 'vitest';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { transfersAfter, transfersInRanges } from '#server/ledger/feed.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move, transferId } from '#server/testing/ledger.ts';

const database = await testDatabase();
const { wallet, post } = books(database);
const start = '00000000-0000-0000-0000-000000000000';
const [issuance, stripeBalance] = [systemAccountId('issuance', 'DUCAT'), systemAccountId('stripe_balance', 'USD')];

test('pages by id tell of every transfer what the histories of its accounts tell, and of refusals nothing', async () => {
  const [from, to] = [await wallet(1_000n), await wallet()];
  const debtor = await database.inTransaction((tx) =>
    openAccount(tx, { owner: transferId(), kind: 'receivable', asset: 'USD' }),
  );
  // Each a millisecond after the one before, so that their ids are in this order.
  const now = Date.now();
  const ids = Array.from({ length: 6 }, (_, place) => transferId(new Date(now + place)));
  const [moved = '', reserved = '', refused = '', posted = '', back = '', dollars = ''] = ids;
  await post([
    move({ id: moved, from, to, amountMinor: 30n }),
    move({ id: reserved, from, to, amountMinor: 40n, pending: {} }),
    move({ id: refused, from, to, amountMinor: 9_000n }),
    move({ id: posted, from, to, amountMinor: 25n, postPendingId: reserved }),
    move({ id: back, from: to, to: from, amountMinor: 10n, kind: 'reversal', reversesId: moved }),
    move({ id: dollars, from: stripeBalance, to: debtor, amountMinor: 5n }),
  ]);
  const accountIds = [from, to, issuance, stripeBalance, debtor];
  const ranges = accountIds.map((accountId) => ({ accountId, after: 0n, until: 100n }));
  const byAccount = await transfersInRanges(database.client, ranges);
  const inOrder = byAccount.toSorted((left, right) => (left.id < right.id ? -1 : 1));

  const whole = await transfersAfter(database, { after: start, limit: 100 });
  expect(whole).toEqual({ transfers: inOrder, last: inOrder.at(-1)?.id });
  expect(whole.transfers.map(({ movedMinor, reversesId }) => [movedMinor, reversesId])).toEqual([
    [1_000n, null],
    [30n, null],
    [0n, null],
    [25n, null],
    [10n, moved],
    [5n, null],
  ]);

  const pages = [];
  for (let after: string | null = start; after !== null;) {
    const page = await transfersAfter(database, { after, limit: 2 });
    pages.push(page);
    after = page.last;
  }
  expect(pages.flatMap(({ transfers }) => transfers)).toEqual(inOrder);
  // The refusal stands on the second page, which is the shorter by it.
  expect(pages.map(({ transfers }) => transfers.length)).toEqual([2, 1, 2, 1, 0]);
  expect(await transfersAfter(database, { after: dollars, limit: 2 })).toEqual({ transfers: [], last: null });
});
