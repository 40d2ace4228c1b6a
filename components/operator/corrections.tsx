import { useTranslations } from 'next-intl';

import { NeedsScript } from '#components/form/needs-script.tsx';
import { Amount } from '#components/money/amount.tsx';
import { CorrectionsDecide } from '#components/operator/corrections-decide.tsx';
import { CorrectionsForm } from '#components/operator/corrections-form.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Table } from '#components/ui/table.tsx';
import type { Column } from '#components/ui/table.tsx';
import type { Asset } from '#server/money/money.ts';

interface Correction {
  id: string;
  correctedTransferId: string;
  amountMinor: bigint;
  asset: Asset;
  reason: string;
  proposerName: string;
  deciderName: string | null;
  decision: string | null;
  refusedCode: string | null;
  isOwn: boolean;
}

interface CorrectionsProps {
  open: readonly Correction[];
  decided: readonly Correction[];
}

/** Reversals by hand: what waits for a second operator, what was decided, and a form for another one. */
export function Corrections({ open, decided }: CorrectionsProps) {
  const t = useTranslations('operator.corrections');
  return (
    <section aria-labelledby="corrections" className="flex flex-col gap-4">
      <h2 id="corrections" className="font-display text-display-sm font-semibold">
        {t('title')}
      </h2>
      <p className="text-muted">{t('lead')}</p>
      {open.length === 0 ? (
        <EmptyState title={t('none')}>{t('noneText')}</EmptyState>
      ) : (
        <CorrectionTable caption={t('openCaption')} rows={open} />
      )}
      {decided.length === 0 ? null : (
        <>
          <h3 className="text-lg font-semibold">{t('decidedTitle')}</h3>
          <CorrectionTable caption={t('decidedCaption')} rows={decided} />
        </>
      )}
      <h3 className="text-lg font-semibold">{t('formTitle')}</h3>
      <NeedsScript />
      <CorrectionsForm />
    </section>
  );
}

function CorrectionTable({ caption, rows }: { caption: string; rows: readonly Correction[] }) {
  const t = useTranslations('operator.corrections');
  const columns: Column<Correction>[] = [
    {
      key: 'transfer',
      header: t('transfer'),
      isTitle: true,
      cell: (row) => <code className="text-sm wrap-anywhere">{row.correctedTransferId}</code>,
    },
    {
      key: 'amount',
      header: t('amount'),
      align: 'end',
      cell: (row) => <Amount asset={row.asset} minor={row.amountMinor} />,
    },
    { key: 'reason', header: t('reason'), cell: (row) => <span className="wrap-anywhere">{row.reason}</span> },
    { key: 'proposed', header: t('proposed'), cell: (row) => row.proposerName },
    { key: 'state', header: t('state'), cell: (row) => <State row={row} /> },
  ];
  return <Table caption={caption} columns={columns} rows={rows} rowKey={(row) => row.id} />;
}

function State({ row }: { row: Correction }) {
  const t = useTranslations('operator.corrections');
  if (row.decision !== null) {
    const who = row.deciderName ?? '';
    if (row.decision === 'approved') return t('approved', { who });
    return row.decision === 'rejected' ? t('rejected', { who }) : t('withdrawn', { who });
  }
  return (
    <span className="flex flex-col gap-2">
      {row.refusedCode === null ? null : <Refused code={row.refusedCode} />}
      {row.isOwn ? <span className="text-sm text-muted">{t('other')}</span> : null}
      <CorrectionsDecide id={row.id} isOwn={row.isOwn} />
    </span>
  );
}

/** Why the books did not take the last approval, in the words that a refusal has everywhere. */
function Refused({ code }: { code: string }) {
  const t = useTranslations('operator.corrections');
  const byCode = useTranslations('errors.code');
  const key = code as Parameters<typeof byCode>[0];
  // To whoever buys it says that ducats are lacking; here it is not the operator who lacks them.
  if (code === 'insufficient_funds') return <span>{t('refusedCode', { reason: t('noFunds') })}</span>;
  return <span>{t('refusedCode', { reason: byCode.has(key) ? byCode(key) : code })}</span>;
}
