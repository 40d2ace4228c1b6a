import { expect, test } from 'vitest';
import { systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { releasableFees, releaseFees } from '#server/payments/fee-release.ts';
import { createDatabase } from '#server/platform/db.ts';
import { testDatabase } from '#server/testing/database.ts';
import { books, move } from '#server/testing/ledger.ts';
import type { AccountKind } from '#server/ledger/kinds.ts';

const secret = 'a secret of at least thirty-two characters';
const day = (days: number): Date => new Date(Date.now() + days * 86_400_000);
const ducats = (kind: AccountKind): bigint => systemAccountId(kind, 'DUCAT');
const dollars = (kind: AccountKind): bigint => systemAccountId(kind, 'USD');

async function house() {
  const database = await testDatabase({ connectionsMax: 6 });
  const { post, balance, wallet } = books(database);
  const book = async (from: bigint, to: bigint, amountMinor: bigint): Promise<void> => {
    expect((await post([move({ from, to, amountMinor })]))[0]?.status).toBe('created');
  };
  const citizen = await wallet();
  return {
    database,
    citizen,
    balance,
    book,
    buy: async (cents: bigint) => {
      await book(dollars('stripe_balance'), dollars('ducat_float'), cents);
      await book(ducats('issuance'), citizen, cents * 10n);
    },
    release: (time: Date) => database.inTransaction((tx) => releaseFees(tx, { time, secret })),
    sound: async () => {
      expect((await checkLedger(database.client)).findings).toEqual([]);
    },
  };
}

test('a day releases what was earned once, also from another process and at once; whole cents only', async () => {
  const { database, citizen, balance, book, buy, release, sound } = await house();
  expect(await release(day(-1))).toBeNull();
  await buy(1_000n);
  await book(citizen, ducats('fees'), 509n);
  const together = await Promise.allSettled([release(day(-1)), release(day(-1))]);
  const booked = together.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  expect(booked.filter((release) => release !== null)).toEqual([{ ducatsMinor: 500n, dollarsMinor: 50n }]);
  await book(citizen, ducats('fees'), 300n);
  const restarted = createDatabase(database.adminUrl);
  expect(await restarted.inTransaction((tx) => releaseFees(tx, { time: day(-1), secret }))).toBeNull();
  await restarted.close();
  expect(await balance(ducats('fees'))).toBe(309n);
  expect(await balance(ducats('treasury'))).toBe(500n);
  expect(await balance(dollars('ducat_float'))).toBe(950n);
  expect(await balance(dollars('fee_income'))).toBe(50n);
  expect(await release(day(0))).toEqual({ ducatsMinor: 300n, dollarsMinor: 30n });
  await sound();
});

test('granted ducats release nothing: the float still pays for every ducat outside', async () => {
  const { citizen, balance, book, buy, release, sound } = await house();
  await book(ducats('issuance'), citizen, 400n);
  await book(citizen, ducats('fees'), 400n);
  expect(await release(day(-1)), 'no float').toBeNull();
  await buy(100n);
  await book(citizen, ducats('fees'), 300n);
  expect(await release(day(-1))).toEqual({ ducatsMinor: 300n, dollarsMinor: 30n });
  expect((await balance(dollars('ducat_float'))) * 10n).toBe(await balance(citizen));
  await sound();
});

test('fees that are given back before the release are not released', async () => {
  const { citizen, book, buy, balance, release, sound } = await house();
  await buy(100n);
  await book(citizen, ducats('fees'), 300n);
  await book(ducats('fees'), citizen, 200n);
  expect(await release(day(-1))).toEqual({ ducatsMinor: 100n, dollarsMinor: 10n });
  expect(await balance(ducats('fees'))).toBe(0n);
  expect(await release(day(0))).toBeNull();
  await sound();
});

test('never more than the float or the fees hold, and never so much that a ducat outside is not covered', () => {
  for (let step = 0n; step < 2_000n; step += 7n) {
    const feesMinor = (step * 37n) % 911n;
    const floatMinor = (step * 13n) % 157n;
    const outside = (step * 101n) % 1_499n;
    const balances = {
      issuanceMinor: -outside - feesMinor - 50n,
      treasuryMinor: 30n,
      promotionMinor: 20n,
      feesMinor,
      floatMinor,
    };
    const { ducatsMinor, dollarsMinor } = releasableFees(balances);
    expect(ducatsMinor).toBe(dollarsMinor * 10n);
    expect(ducatsMinor <= feesMinor && dollarsMinor <= floatMinor).toBe(true);
    if (dollarsMinor > 0n) expect((floatMinor - dollarsMinor) * 10n >= outside).toBe(true);
  }
});
