import { bridgeDefects } from './bridge-defects.ts';
import { bugDefects } from './bug-defects.ts';
import { keyDefects, lockDefects } from './collision-defects.ts';
import { amountDefects, dayDefects, refusalDefects } from './decision-defects.ts';
import { dollarDefects } from './dollar-defects.ts';
import { orderDefects } from './order-defects.ts';
import { plainDefects } from './plain-defects.ts';
import type { Defect } from './planting.ts';
import { raceDefects } from './race-defects.ts';
import { sealDefects } from './seal-defects.ts';

const protection: readonly Defect[] = [
  {
    name: 'the application may update accounts',
    sql: ['GRANT UPDATE ON ledger.account TO cascade_app'],
    red: ['tampering'],
  },
  {
    name: 'one partition may be truncated by the owner',
    sql: [
      `DO $plant$ DECLARE place text; BEGIN
        FOR place IN SELECT name FROM ledger.transfer_partition LOOP
          EXECUTE format('DROP TRIGGER permanent ON ledger.%I', place);
        END LOOP;
      END $plant$`,
    ],
    red: ['tampering'],
  },
  {
    name: 'the function that posts trusts the search path of its caller',
    sql: [
      `DO $plant$ DECLARE signature regprocedure; BEGIN
        FOR signature IN SELECT oid FROM pg_proc WHERE pronamespace = 'ledger'::regnamespace AND proname = 'post' LOOP
          EXECUTE format('ALTER FUNCTION %s RESET search_path', signature);
        END LOOP;
      END $plant$`,
    ],
    red: ['tampering'],
  },
];

/** What the house charges. */
const fees: readonly Defect[] = [
  {
    name: 'a sale is charged one centesimo too much',
    source: {
      file: 'server/market/orders/order-rules.ts',
      search: 'return ducat(shareFloor(totalMinor, feePpm));',
      replacement: 'return ducat(shareFloor(totalMinor, feePpm) + 1n);',
    },
    red: ['market/orders/order-rules', 'market/orders/order-steps'],
  },
  {
    name: 'a quote is one cent more than its parts',
    source: {
      file: 'server/payments/rules.ts',
      search: 'totalMinor: usd(priceMinor + feeMinor + taxMinor)',
      replacement: 'totalMinor: usd(priceMinor + feeMinor + taxMinor + 1n)',
    },
    red: ['payments/rules', 'payments/top-ups'],
  },
  {
    name: 'the fee of a quote is one cent too much',
    source: {
      file: 'server/payments/rules.ts',
      search: 'usd(shareHalfUp(priceMinor, settings.feeBasisPoints))',
      replacement: 'usd(shareHalfUp(priceMinor, settings.feeBasisPoints) + 1n)',
    },
    red: ['payments/rules', 'payments/top-ups'],
  },
];

/** Each breaks one promise of the ledger or of the money around it, in one place. */
export const defects: readonly Defect[] = [
  ...lockDefects,
  ...keyDefects,
  ...refusalDefects,
  ...amountDefects,
  ...dayDefects,
  ...plainDefects,
  ...sealDefects,
  ...protection,
  ...fees,
  ...orderDefects,
  ...raceDefects,
  ...dollarDefects,
  ...bridgeDefects,
  ...bugDefects,
];
