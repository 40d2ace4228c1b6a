import { balanceObject, currentTransaction } from '#server/sandbox/stripe/money/balances.ts';
import { invalidRequest } from '#server/sandbox/stripe/wire/errors.ts';
import { listOf, oneOf, type Route } from '#server/sandbox/stripe/wire/route.ts';

export const balanceRoutes: readonly Route[] = [
  {
    method: 'GET',
    path: '/v1/balance_transactions',
    isForAccounts: true,
    run: (sandbox, call) => {
      const payout = call.input.text('payout');
      const contents = payout === undefined ? null : new Set(sandbox.store.get('payoutContents', payout)?.transactions);
      if (contents?.size === 0) {
        throw invalidRequest('Balance transaction history can only be filtered on automatic transfers, not manual.', {
          param: 'payout',
        });
      }
      return listOf({
        kind: 'balanceTransaction',
        url: '/v1/balance_transactions',
        fields: ['currency', 'source', 'type'],
        matches: () => (transaction) => contents === null || contents.has(transaction.id),
        view: currentTransaction,
      })(sandbox, call);
    },
  },
  {
    method: 'GET',
    path: '/v1/balance_transactions/:id',
    isForAccounts: true,
    run: oneOf('balanceTransaction', 'balance transaction', currentTransaction),
  },
  {
    method: 'GET',
    path: '/v1/balance',
    isForAccounts: true,
    run: (sandbox, { account, input }) => {
      input.finish();
      return balanceObject(sandbox, account);
    },
  },
];
