import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openAccount, systemAccountId } from '#server/ledger/accounts.ts';
import { checkLedger } from '#server/ledger/checker.ts';
import { accountKindOf } from '#server/ledger/kinds.ts';
import { bindTemplate, totalOf, type AnyTemplate } from '#server/ledger/templates.ts';
import type { TransferRequest } from '#server/ledger/schema.ts';
import { postLinked } from '#server/ledger/transfers.ts';
import { orderRefundTemplate, purchaseTemplate, saleTemplate } from '#server/market/templates.ts';
import { stripeFeeTemplate, topUpTemplate } from '#server/payments/templates.ts';
import { testDatabase } from './database.ts';
import { books, move, transferId } from './ledger.ts';

/** Every business event that posts; a template that is missing here is not proved again below. */
const templates: readonly AnyTemplate[] = [
  topUpTemplate,
  stripeFeeTemplate,
  purchaseTemplate,
  saleTemplate,
  orderRefundTemplate,
];
const seed = Date.now() % 1_000_000;

/** Amounts that keep the promises: free ones at random, those on the left of an equation as the sum of the right. */
function soundAmounts(template: AnyTemplate): fc.Arbitrary<Record<string, bigint>> {
  const names = Object.keys(template.amounts);
  const free = fc.record(Object.fromEntries(names.map((name) => [name, fc.bigInt({ min: 0n, max: 10n ** 9n })])));
  return free.map((drawn) => {
    const amounts: Record<string, bigint> = { ...drawn };
    for (const { left, right } of template.equations) {
      const [sum] = left;
      if (sum !== undefined && left.length === 1) amounts[sum] = totalOf(right, amounts);
    }
    return amounts;
  });
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
    const parties = Object.fromEntries(
      Object.keys(template.parties).map((party, index) => [party, 5_000n + BigInt(index)]),
    );

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

    test(`refuses amounts that break a promise (seed ${String(seed)})`, () => {
      const property = fc.property(soundAmounts(template), fc.bigInt({ min: 1n, max: 1_000n }), (amounts, surplus) => {
        for (const { left } of template.equations) {
          const [name] = left;
          const broken = name === undefined ? amounts : { ...amounts, [name]: (amounts[name] ?? 0n) + surplus };
          expect(() => bound(template, broken, parties)).toThrow(template.name);
        }
      });
      fc.assert(property, { seed, numRuns: 50 });
    });
  },
);

function houseAccount(template: AnyTemplate, kind: Parameters<typeof systemAccountId>[0]): bigint {
  const leg = template.legs.find(({ debit, credit }) =>
    [debit, credit].some((side) => 'house' in side && side.house === kind),
  );
  const asset = leg === undefined ? undefined : template.amounts[leg.amount];
  if (asset === undefined) throw new Error(`${template.name} does not move ${kind}`);
  return systemAccountId(kind, asset);
}

test(
  'all templates with random amounts leave books in which the checker finds nothing',
  { timeout: 60_000 },
  async () => {
    const database = await testDatabase();
    const ledger = books(database);
    const runs = fc.array(
      fc.constantFrom(...templates).chain((template) => fc.tuple(fc.constant(template), soundAmounts(template))),
      {
        minLength: 20,
        maxLength: 40,
      },
    );
    for (const [template, amounts] of fc.sample(runs, { seed, numRuns: 1 })[0] ?? []) {
      const parties: Record<string, bigint> = {};
      for (const [party, { kind, asset }] of Object.entries(template.parties)) {
        if (accountKindOf(kind, asset)?.perOwner !== true) throw new Error('a party owns its account');
        parties[party] = await database.inTransaction((tx) => openAccount(tx, { owner: transferId(), kind, asset }));
      }
      const requests = bound(template, amounts, parties);
      for (const effect of template.effects) {
        // Whoever gives must have it.
        if (!('loses' in effect && 'party' in effect.account)) continue;
        const to = parties[effect.account.party] ?? 0n;
        const amountMinor = totalOf(effect.loses, amounts);
        if (amountMinor > 0n)
          await ledger.post([move({ from: systemAccountId('issuance', 'DUCAT'), to, amountMinor })]);
      }
      if (requests.length > 0) await database.inTransaction((tx) => postLinked(tx, requests));
    }
    expect((await checkLedger(database.client)).findings, `seed ${String(seed)}`).toEqual([]);
  },
);
