import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import type { AccountKind, TransferRequest } from '#server/ledger/schema.ts';
import { correctionTemplate, type CorrectionEnd } from '#server/ledger/template-correction.ts';
import * as mintTemplates from '#server/ledger/template-first-mint.ts';
import * as houseTemplates from '#server/ledger/template-grant.ts';
import { bindTemplate, totalOf, type AmountRange, type AnyTemplate } from '#server/ledger/templates.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import * as marketTemplates from '#server/market/orders/order-templates.ts';
import * as peerTransferTemplates from '#server/market/peer-transfers/peer-transfer-templates.ts';
import * as refundFailedTemplates from '#server/payments/templates/templates-refund-failed.ts';
import * as refundTemplates from '#server/payments/templates/templates-refund.ts';
import * as debtTemplates from '#server/payments/templates/templates-debt.ts';
import * as disputeReturnTemplates from '#server/payments/templates/templates-dispute-return.ts';
import * as disputeTemplates from '#server/payments/templates/templates-dispute.ts';
import * as stripeTemplates from '#server/payments/templates/templates-stripe.ts';
import * as paymentTemplates from '#server/payments/templates/templates.ts';
import * as cashOutTemplates from '#server/payments/templates/templates-cash-out.ts';
import * as subscriptionTemplates from '#server/payments/templates/templates-subscription.ts';
import { topUpTemplate } from '#server/payments/templates/templates.ts';
import type { Database } from '#server/platform/db.ts';
import { testDatabase } from './database.ts';
import { books, move, transferId } from './ledger.ts';

/** By the file that declares them: every business event that posts. */
const declared: Readonly<Record<string, readonly unknown[]>> = {
  // Declared for the accounts of the transfer that is corrected: between owners, from and to the house, in both assets.
  'server/ledger/template-correction.ts': [
    correctionTemplate({ asset: 'DUCAT', giver: ownersOf('wallet'), taker: houseOf('issuance') }),
    correctionTemplate({ asset: 'DUCAT', giver: ownersOf('wallet'), taker: ownersOf('wallet') }),
    correctionTemplate({ asset: 'DUCAT', giver: houseOf('issuance'), taker: ownersOf('wallet') }),
    correctionTemplate({ asset: 'USD', giver: houseOf('fee_income'), taker: houseOf('stripe_balance') }),
  ],
  'server/ledger/template-first-mint.ts': Object.values(mintTemplates),
  'server/ledger/template-grant.ts': Object.values(houseTemplates),
  'server/market/orders/order-templates.ts': Object.values(marketTemplates),
  'server/market/peer-transfers/peer-transfer-templates.ts': Object.values(peerTransferTemplates),
  'server/payments/templates/templates-refund-failed.ts': Object.values(refundFailedTemplates),
  'server/payments/templates/templates-refund.ts': Object.values(refundTemplates),
  'server/payments/templates/templates-cash-out.ts': Object.values(cashOutTemplates),
  'server/payments/templates/templates-debt.ts': Object.values(debtTemplates),
  'server/payments/templates/templates-dispute-return.ts': Object.values(disputeReturnTemplates),
  'server/payments/templates/templates-dispute.ts': Object.values(disputeTemplates),
  'server/payments/templates/templates-subscription.ts': Object.values(subscriptionTemplates),
  'server/payments/templates/templates.ts': Object.values(paymentTemplates),
  'server/payments/templates/templates-stripe.ts': Object.values(stripeTemplates),
};
const templates = Object.values(declared).flat() as AnyTemplate[];
const seed = Date.now() % 1_000_000;
const root = join(import.meta.dirname, '../..');

function ownersOf(kind: AccountKind): CorrectionEnd {
  return { kind, isHouse: false };
}

function houseOf(kind: AccountKind): CorrectionEnd {
  return { kind, isHouse: true };
}

/** Zero, the least and small amounts often, so that legs are left out and floors are met. */
function amountIn({ leastMinor }: AmountRange): fc.Arbitrary<bigint> {
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(leastMinor) },
    { weight: 1, arbitrary: fc.bigInt({ min: leastMinor, max: 100n }) },
    { weight: 3, arbitrary: fc.bigInt({ min: leastMinor, max: 10n ** 12n }) },
  );
}

/** Amounts that keep the promises: free ones at random, those on the left of an equation as the sum of the right. */
function soundAmounts(template: AnyTemplate): fc.Arbitrary<Record<string, bigint>> {
  const ranges = Object.entries(template.amounts);
  const free = fc.record(Object.fromEntries(ranges.map(([name, range]) => [name, amountIn(range)])));
  return free
    .map((drawn) => {
      const amounts: Record<string, bigint> = { ...drawn };
      for (const { left, right } of template.equations) {
        const [sum] = left;
        if (sum === undefined || left.length > 1) throw new Error(`${template.name} needs amounts made another way`);
        amounts[sum] = totalOf(right, amounts);
      }
      return amounts;
    })
    .filter((amounts) => ranges.every(([name, { leastMinor }]) => (amounts[name] ?? 0n) >= leastMinor));
}

function bound(template: AnyTemplate, amounts: Record<string, bigint>, parties: Record<string, bigint>) {
  return bindTemplate(template, { amounts, parties, idOf: () => transferId(), reference: template.name });
}

function changes(requests: readonly TransferRequest[]): Map<bigint, bigint> {
  const total = new Map<bigint, bigint>();
  for (const { debitAccountId, creditAccountId, amountMinor } of requests) {
    total.set(debitAccountId, (total.get(debitAccountId) ?? 0n) - amountMinor);
    total.set(creditAccountId, (total.get(creditAccountId) ?? 0n) + amountMinor);
  }
  return total;
}

describe.each(templates.map((template) => ({ name: template.name, template })))(
  'the template $name',
  ({ template }) => {
    const parties = partiesOf(template);

    test(`changes every account as declared, for random amounts (seed ${String(seed)})`, () => {
      const property = fc.property(soundAmounts(template), (amounts) => {
        const change = changes(bound(template, amounts, parties));
        for (const effect of template.effects) {
          if ('isOpen' in effect) continue;
          const id =
            'party' in effect.account ? parties[effect.account.party] : houseAccount(template, effect.account.house);
          const declared =
            'gains' in effect
              ? totalOf(effect.gains, amounts)
              : 'loses' in effect
                ? -totalOf(effect.loses, amounts)
                : 0n;
          expect(change.get(id ?? 0n) ?? 0n).toBe(declared);
        }
        expect([...change.values()].reduce((sum, net) => sum + net, 0n)).toBe(0n);
      });
      fc.assert(property, { seed, numRuns: 200 });
    });

    test(`refuses an amount outside its range (seed ${String(seed)})`, () => {
      const property = fc.property(soundAmounts(template), fc.bigInt({ min: 1n, max: 1_000n }), (amounts, beyond) => {
        for (const [name, { leastMinor, mostMinor }] of Object.entries(template.amounts)) {
          for (const amount of [leastMinor - beyond, mostMinor + beyond]) {
            expect(() => bound(template, { ...amounts, [name]: amount }, parties)).toThrow(`${name} is from`);
          }
        }
      });
      fc.assert(property, { seed, numRuns: 50 });
    });
  },
);

const bindingEquations = templates.filter(({ equations }) => equations.length > 0);

describe.each(bindingEquations.map((template) => ({ name: template.name, template })))(
  'the equations of the template $name',
  ({ template }) => {
    const parties = partiesOf(template);

    test(`refuses amounts that break a promise (seed ${String(seed)})`, () => {
      const property = fc.property(soundAmounts(template), fc.bigInt({ min: 1n, max: 1_000n }), (amounts, surplus) => {
        for (const { left, right } of template.equations) {
          for (const name of [...left, ...right]) {
            const broken = { ...amounts, [name]: (amounts[name] ?? 0n) + surplus };
            expect(() => bound(template, broken, parties)).toThrow(`${left.join(' + ')} = ${right.join(' + ')}`);
          }
        }
      });
      fc.assert(property, { seed, numRuns: 50 });
    });
  },
);

function partiesOf(template: AnyTemplate): Record<string, bigint> {
  return Object.fromEntries(Object.keys(template.parties).map((party, index) => [party, 5_000n + BigInt(index)]));
}

function houseAccount(template: AnyTemplate, kind: Parameters<typeof systemAccountId>[0]): bigint {
  const leg = template.legs.find(({ debit, credit }) =>
    [debit, credit].some((side) => 'house' in side && side.house === kind),
  );
  const asset = leg === undefined ? undefined : template.amounts[leg.amount]?.asset;
  if (asset === undefined) throw new Error(`${template.name} does not move ${kind}`);
  return systemAccountId(kind, asset);
}

test('every file that declares a template is proved here', () => {
  const files = globSync('server/**/*.ts', { cwd: root }).filter(
    (path) => !path.endsWith('.test.ts') && path !== 'server/ledger/templates.ts',
  );
  const declaring = files.filter((path) => readFileSync(join(root, path), 'utf8').includes('defineTemplate('));
  expect(declaring.sort()).toEqual(Object.keys(declared).sort());
  expect(new Set(templates.map(({ name }) => name)).size, 'names are unique').toBe(templates.length);
});

describe('posted to a real database', () => {
  test(
    `every template leaves books in which the checker finds nothing, and clearing accounts empty (seed ${String(seed)})`,
    { timeout: 60_000 },
    async () => {
      const database = await testDatabase();
      for (const template of templates) {
        for (const amounts of fc.sample(soundAmounts(template), { seed, numRuns: 8 })) {
          await postFunded(database, template, amounts);
          expect(await books(database).balance(systemAccountId('bridge', 'USD')), template.name).toBe(0n);
        }
      }
      expect((await checkLedger(database.client)).findings, `seed ${String(seed)}`).toEqual([]);
    },
  );

  test('amounts that break a promise write nothing', async () => {
    const database = await testDatabase();
    const parties = await openParties(database, topUpTemplate);
    const amounts = { gross: 1_001n, price: 1_000n, fee: 0n, tax: 0n, base: 5n, bonus: 0n };
    const attempt = database.inTransaction((tx) => postLinked(tx, bound(topUpTemplate, amounts, parties)));
    await expect(attempt).rejects.toThrow('gross = price + fee + tax');
    const [row] = await database.client.$queryRaw<{ transfers: bigint }[]>`
      SELECT count(*) AS transfers FROM ledger.transfer`;
    expect(row?.transfers).toBe(0n);
  });
});

async function postFunded(database: Database, template: AnyTemplate, amounts: Record<string, bigint>): Promise<void> {
  const parties = await openParties(database, template);
  const requests = bound(template, amounts, parties);
  const before = await balances(database, parties);
  for (const effect of template.effects) {
    // Whoever gives must have it.
    if ('loses' in effect && 'house' in effect.account) await fundHouse(database, template, amounts);
    if (!('loses' in effect && 'party' in effect.account)) continue;
    // Dollars that an owner gives become their debt.
    // What is owed in dollars has no floor.
    if (template.parties[effect.account.party]?.asset === 'USD') continue;
    const to = parties[effect.account.party] ?? 0n;
    const amountMinor = totalOf(effect.loses, amounts);
    if (amountMinor === 0n) continue;
    const [funded] = await books(database).post([
      move({ from: systemAccountId('issuance', 'DUCAT'), to, amountMinor }),
    ]);
    expect(funded?.status).toBe('created');
    before[effect.account.party] = amountMinor;
  }
  await database.inTransaction((tx) => postLinked(tx, requests));
  const after = await balances(database, parties);
  for (const effect of template.effects) {
    if ('isOpen' in effect || !('party' in effect.account)) continue;
    const { party } = effect.account;
    const gained = 'gains' in effect ? totalOf(effect.gains, amounts) : 0n;
    const lost = 'loses' in effect ? totalOf(effect.loses, amounts) : 0n;
    expect(after[party], `${template.name}: ${party}`).toBe((before[party] ?? 0n) + gained - lost);
  }
}

/** The one account of the house that gives and has a floor. */
async function fundHouse(database: Database, template: AnyTemplate, amounts: Record<string, bigint>): Promise<void> {
  for (const { debit, amount } of template.legs) {
    if (!('house' in debit) || debit.house !== 'fees') continue;
    const from = systemAccountId('issuance', 'DUCAT');
    const request = move({ from, to: systemAccountId('fees', 'DUCAT'), amountMinor: amounts[amount] ?? 0n });
    expect((await books(database).post([request]))[0]?.status).toBe('created');
  }
}

async function openParties(database: Database, template: AnyTemplate): Promise<Record<string, bigint>> {
  const parties: Record<string, bigint> = {};
  for (const [party, { kind, asset }] of Object.entries(template.parties)) {
    parties[party] = await database.inTransaction((tx) => openAccount(tx, { owner: transferId(), kind, asset }));
  }
  return parties;
}

async function balances(database: Database, parties: Record<string, bigint>): Promise<Record<string, bigint>> {
  const found: Record<string, bigint> = {};
  for (const [party, id] of Object.entries(parties)) found[party] = await books(database).balance(id);
  return found;
}
