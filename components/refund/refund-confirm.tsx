'use client';

import { useLocale, useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { RefundFigures } from '#components/refund/refund-figures.tsx';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { formatAmount } from '#server/money/money.ts';
import type {
  RefundFigures as RefundAmounts,
  RefundPolicy,
  RefundReason,
} from '#server/payments/refunds/refund-schema.ts';

export type RefundQuote = RefundAmounts & { debtMinor: bigint };

interface RefundConfirmProps {
  /** Null while there is nothing to confirm. */
  quote: RefundQuote | null;
  request: { topUpId: string; priceMinor: bigint | null; reason: RefundReason; policy: RefundPolicy; note: string };
  onClose: () => void;
  onDone: () => void;
}

/** The figures once more, and then the refund. */
export function RefundConfirm({ quote, request, onClose, onDone }: RefundConfirmProps) {
  const t = useTranslations('refund.form');
  const common = useTranslations('common');
  const locale = useLocale();
  const trpc = useTRPC();
  const toast = useToast();
  const attempt = useAttempt();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const refund = useStepUpMutation(
    trpc.operator.refunds.request.mutationOptions({
      onSuccess: ({ state }) => {
        attempt.settle();
        toast(state === 'failed' ? { tone: 'danger', text: t('failed') } : { tone: 'success', text: t('done') });
        onDone();
        refresh();
      },
      onError: attempt.settle,
    }),
  );
  const total = quote === null ? '' : formatAmount(quote.totalMinor, 'USD', { locale });
  const isBusy = refund.isPending || isRefreshing;
  return (
    <Dialog open={quote !== null} onClose={onClose} title={t('title2')} closeLabel={common('close')}>
      <p>{t('text')}</p>
      {quote === null ? null : <RefundFigures figures={quote} debtMinor={quote.debtMinor} />}
      {refund.isError ? <Notice tone="danger" title={refusalText(refund.error)} live /> : null}
      <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-end">
        <Button variant="secondary" onClick={onClose}>
          {t('cancel')}
        </Button>
        <Button
          variant="danger"
          pending={isBusy}
          onClick={() => {
            if (!isBusy) refund.mutate({ ...request, key: attempt.key });
          }}
        >
          {t('submit', { total })}
        </Button>
      </div>
    </Dialog>
  );
}
