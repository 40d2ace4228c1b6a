'use client';

import { useMutation } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { useAttempt } from '#components/form/use-attempt.ts';
import { RefundFigures } from '#components/refund/refund-figures.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { formatAmount } from '#server/money/money.ts';
import type { RefundFigures as RefundAmounts } from '#server/payments/refunds/refund-schema.ts';

/** Gives untouched ducats back for the dollars they cost, after showing what moves. */
export function SelfService({ topUpId, offer }: { topUpId: string; offer: RefundAmounts }) {
  const t = useTranslations('refund.own');
  const common = useTranslations('common');
  const locale = useLocale();
  const trpc = useTRPC();
  const toast = useToast();
  const attempt = useAttempt();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [isOpen, setOpen] = useState(false);
  const refund = useMutation(
    trpc.refunds.request.mutationOptions({
      onSuccess: ({ state }) => {
        attempt.settle();
        setOpen(false);
        toast(state === 'failed' ? { tone: 'danger', text: t('failed') } : { tone: 'success', text: t('done') });
        refresh();
      },
      onError: attempt.settle,
    }),
  );
  const isBusy = refund.isPending || isRefreshing;
  return (
    <div className="flex flex-col items-start gap-3">
      <NeedsScript />
      <Button variant="secondary" disabled={!hydrated} onClick={() => setOpen(true)}>
        {t('button')}
      </Button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={t('dialogTitle')} closeLabel={common('close')}>
        <p>{t('dialogText')}</p>
        <RefundFigures figures={offer} />
        {refund.isError ? <Notice tone="danger" title={refusalText(refund.error)} live /> : null}
        <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-end">
          <Button variant="secondary" onClick={() => setOpen(false)}>
            {t('keep')}
          </Button>
          <Button
            pending={isBusy}
            onClick={() => {
              if (!isBusy) refund.mutate({ topUpId, priceMinor: null, key: attempt.key });
            }}
          >
            {t('submit', { total: formatAmount(offer.totalMinor, 'USD', { locale }) })}
          </Button>
        </div>
      </Dialog>
    </div>
  );
}
