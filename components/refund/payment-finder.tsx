import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

interface FoundTopUp {
  topUpId: string;
  state: string;
  createdAt: Date;
  totalMinor: bigint;
}

interface PaymentFinderProps {
  username: string | undefined;
  /** Null before anybody was asked for. */
  topUps: readonly FoundTopUp[] | null;
}

/** Finds the payments of a citizen, each of which opens with its refunds. */
export function PaymentFinder({ username, topUps }: PaymentFinderProps) {
  const t = useTranslations('refund.find');
  const states = useTranslations('refund.topUpState');
  const format = useFormatter();
  const columns: Column<FoundTopUp>[] = [
    {
      key: 'payment',
      header: t('payment'),
      isTitle: true,
      cell: (row) => (
        <TextLink href={`/operator/refunds?topUp=${row.topUpId}`} prefetch={false}>
          {t('open')}
        </TextLink>
      ),
    },
    {
      key: 'when',
      header: t('paidAt'),
      cell: (row) => (
        <time dateTime={row.createdAt.toISOString()} className="whitespace-nowrap">
          {format.dateTime(row.createdAt, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
      ),
    },
    { key: 'total', header: t('total'), align: 'end', cell: (row) => <Amount asset="USD" minor={row.totalMinor} /> },
    { key: 'state', header: t('state'), cell: ({ state }) => states(paidState(state)) },
  ];
  return (
    <div className="flex flex-col gap-6">
      <form action="/operator/refunds" method="get" className="flex max-w-form flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1">
          <Field id="refund-username" label={t('username')}>
            {(control) => <Input {...control} name="username" defaultValue={username} autoCapitalize="none" />}
          </Field>
        </div>
        <Button type="submit">{t('show')}</Button>
        {topUps === null ? null : (
          <LinkButton href="/operator/refunds" variant="quiet">
            {t('clear')}
          </LinkButton>
        )}
      </form>
      {topUps === null ? null : topUps.length === 0 ? (
        <EmptyState title={t('none')}>{t('noneText')}</EmptyState>
      ) : (
        <Table
          caption={t('caption', { name: username ?? '' })}
          columns={columns}
          rows={topUps}
          rowKey={(row) => row.topUpId}
        />
      )}
    </div>
  );
}

/** The states in which a payment is in the books. */
function paidState(state: string): 'credited' | 'waiting' | 'returned' {
  return state === 'waiting' || state === 'returned' ? state : 'credited';
}
