import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { TransferKind } from '#server/ledger/kinds.ts';
import type { StatementEntry } from '#server/payments/schema.ts';

/** Every movement of the wallet with the balance after it, newest first. */
export function StatementTable({ entries }: { entries: readonly StatementEntry[] }) {
  const t = useTranslations('wallet.statement');
  const format = useFormatter();
  const columns: Column<StatementEntry>[] = [
    { key: 'what', header: t('what'), isTitle: true, cell: (entry) => <What entry={entry} /> },
    {
      key: 'date',
      header: t('date'),
      cell: (entry) => (
        <time dateTime={entry.bookedAt.toISOString()} className="figures">
          {format.dateTime(entry.bookedAt, { dateStyle: 'medium', timeStyle: 'short' })}
        </time>
      ),
    },
    {
      key: 'amount',
      header: t('amount'),
      align: 'end',
      cell: (entry) => (
        <>
          <span className="sr-only">{t(entry.amountMinor > 0n ? 'credit' : 'debit')} </span>
          <Amount asset="DUCAT" minor={entry.amountMinor} unit="none" isEntry />
        </>
      ),
    },
    {
      key: 'balance',
      header: t('balance'),
      align: 'end',
      cell: (entry) => <Amount asset="DUCAT" minor={entry.balanceAfterMinor} unit="none" />,
    },
  ];
  return <Table caption={t('caption')} columns={columns} rows={entries} rowKey={(entry) => String(entry.version)} />;
}

function What({ entry }: { entry: StatementEntry }) {
  const t = useTranslations('wallet.statement');
  const kind = useTranslations('wallet.kinds');
  return (
    <span className="flex flex-col">
      <span className="font-medium">{kind(entry.kind)}</span>
      {entry.reference === null ? null : (
        <span className="text-sm text-muted">
          <Reference
            kind={entry.kind}
            reference={entry.reference}
            labels={{ order: t('order'), topUp: t('receipt'), sent: t('receipt') }}
          />
        </span>
      )}
    </span>
  );
}

type ReferenceSource = 'order' | 'topUp' | 'sent';

const pathOf: Readonly<Record<ReferenceSource, string>> = {
  order: '/orders',
  topUp: '/wallet/top-up',
  sent: '/wallet/sent',
};

interface ReferenceProps {
  kind: TransferKind;
  reference: string;
  labels: Record<ReferenceSource, string>;
}

/** What the movement belongs to, with the end of its number: enough to tell two of them apart. */
function Reference({ kind, reference, labels }: ReferenceProps) {
  const source = sourceOf(kind);
  if (source === null) return reference;
  const href = `${pathOf[source]}/${reference}`;
  return (
    <TextLink href={href} prefetch={false}>
      {labels[source]} <span className="figures">{reference.slice(-6)}</span>
    </TextLink>
  );
}

function sourceOf(kind: TransferKind): ReferenceSource | null {
  switch (kind) {
    case 'purchase':
    case 'sale_payout':
    case 'sale_fee':
    case 'order_refund':
      return 'order';
    case 'top_up_base':
    case 'top_up_bonus':
      return 'topUp';
    case 'peer_transfer':
      return 'sent';
    case 'mint':
    case 'top_up_gross':
    case 'top_up_float':
    case 'top_up_fee':
    case 'top_up_tax':
    case 'stripe_fee':
    case 'adjustment':
    case 'grant':
    case 'grant_expiry':
    case 'conversion':
    case 'fee_release':
    case 'cash_out':
    case 'refund_hold':
    case 'refund_ducats':
    case 'refund_dollars':
    case 'refund_debt':
    case 'refund_paid':
    case 'refund_failed':
    case 'dispute_ducats':
    case 'dispute_withdrawn':
    case 'dispute_fee':
    case 'dispute_debt':
    case 'dispute_returned':
    case 'debt_repaid':
    case 'debt_written_off':
    case 'clawback_returned':
    case 'subscription_payment':
    case 'subscription_tax':
    case 'subscription_refund':
    case 'cash_out_settled':
    case 'cash_out_dollars':
    case 'cash_out_fee':
    case 'cash_out_debt':
    case 'payout_sent':
    case 'payout_returned':
    case 'cash_out_returned':
    case 'stripe_adjustment':
    case 'reversal':
      return null;
  }
}
