'use client';

import { useMutation } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useRef, useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { FigureField } from '#components/form/figure-field.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { formatAmount, parseTypedAmount, toDecimal } from '#server/money/money.ts';

/** Pays what is owed: at once with ducats of the wallet where there are any, or on a payment page by card. */
export function DebtForm({ owedMinor, hasDucats }: { owedMinor: bigint; hasDucats: boolean }) {
  const t = useTranslations('debt');
  const locale = useLocale();
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const attempt = useAttempt();
  const { refresh, isRefreshing } = useRefresh();
  const [text, setText] = useState(toDecimal(owedMinor));
  const [isChecked, setChecked] = useState(false);
  const form = useRef<HTMLDivElement>(null);
  const settled = { onSuccess: () => attempt.settle(), onError: attempt.settle };
  const repay = useMutation(trpc.debts.repay.mutationOptions({ ...settled, onSettled: refresh }));
  const pay = useMutation(
    trpc.debts.pay.mutationOptions({
      onError: attempt.settle,
      onSuccess: ({ checkoutUrl }) => window.location.assign(checkoutUrl),
    }),
  );
  const amountMinor = parseTypedAmount(text);
  const isMalformed = amountMinor === null || amountMinor <= 0n;
  const isBusy = repay.isPending || pay.isPending || isRefreshing;
  const start = (work: (minor: bigint) => void) => () => {
    showMistakes(form.current, () => setChecked(true));
    if (!isMalformed && !isBusy) work(amountMinor);
  };
  const money = (minor: bigint) => formatAmount(minor, 'USD', { locale });
  const error = repay.error ?? pay.error;
  return (
    <div ref={form} className="flex max-w-form flex-col gap-4">
      <NeedsScript />
      <FigureField
        id="debt-amount"
        label={t('amount')}
        hint={t('amountHint')}
        error={isChecked && isMalformed ? t('malformed') : undefined}
        text={text}
        onText={setText}
      />
      <div className="flex flex-wrap gap-3">
        {hasDucats ? (
          <Button
            disabled={!hydrated}
            pending={repay.isPending || isRefreshing}
            onClick={start((mostMinor) => repay.mutate({ key: attempt.key, mostMinor }))}
          >
            {t('fromWallet')}
          </Button>
        ) : null}
        <Button
          variant={hasDucats ? 'secondary' : 'primary'}
          disabled={!hydrated}
          pending={pay.isPending}
          onClick={start((minor) => pay.mutate({ key: attempt.key, amountMinor: minor }))}
        >
          {t('byCard')}
        </Button>
      </div>
      <div aria-live="polite" className="empty:hidden">
        {repay.isSuccess && !isBusy ? (
          <p className="text-sm">
            {t('paid', { amount: money(repay.data.repaidMinor), left: money(repay.data.leftMinor) })}
          </p>
        ) : null}
      </div>
      {error === null ? null : <Notice tone="danger" title={refusalText(error)} live />}
    </div>
  );
}
