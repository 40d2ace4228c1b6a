import type { Defect } from './planting.ts';

/** The promises of a sealed month. */
export const sealDefects: readonly Defect[] = [
  {
    name: 'a sealed month takes what was let in before',
    substitutions: [
      {
        functionName: 'ledger.refuse_sealed',
        search: "RAISE EXCEPTION 'ledger: the month of this id was sealed meanwhile' USING ERRCODE = '40001';",
        replacement: 'RETURN NEW;',
      },
    ],
    red: ['seal-concurrency', 'seals'],
  },
  {
    name: 'a sealed month may still be booked into',
    substitutions: [
      {
        functionName: 'ledger.seal_month',
        search: 'UPDATE ledger.control SET ids_from = greatest(ids_from, place.ids_until) WHERE only_row;',
        replacement: '',
      },
    ],
    red: ['seals', 'seal-concurrency'],
  },
  {
    name: 'a seal does not wait for calls that are not finished',
    substitutions: [
      {
        functionName: 'ledger.seal_month',
        search: 'IF rows_seen <> new_seal.transfers + new_seal.refusals OR rows_seen <>',
        replacement: 'IF false AND rows_seen <>',
      },
    ],
    red: ['seal-concurrency'],
  },
  {
    name: 'a month is sealed over an open pending',
    substitutions: [
      { functionName: 'ledger.seal_month', search: 'o.transfer_id < place.ids_until', replacement: 'false' },
    ],
    red: ['seals'],
  },
  {
    name: 'a month is detached without a look at its seal',
    substitutions: [{ functionName: 'ledger.detach_month', search: "RETURN 'seal_broken';", replacement: 'NULL;' }],
    red: ['check-seals'],
  },
  {
    name: 'the checker ignores the seals',
    source: { file: 'server/ledger/checks.ts', search: '...sealChecks(scope),', replacement: '' },
    red: ['check-seals'],
  },
  {
    name: 'the checker expects the transfers of the archive',
    source: {
      file: 'server/ledger/check-scope.ts',
      search: 's.month = (SELECT max(d.month) FROM ledger.seal_detachment d)',
      replacement: 'false',
    },
    red: ['seals', 'check-seals', 'ledger/journal/round-trip'],
  },
];
