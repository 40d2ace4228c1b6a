'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { FigureField } from '#components/form/figure-field.tsx';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { Amount } from '#components/money/amount.tsx';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { parseTypedAmount, toDecimal } from '#server/money/money.ts';
import type { CashOutFigures, CashOutRoom } from '#server/payments/cash-outs/cash-out-schema.ts';

/** An amount, its figures before it is asked for, and the proof in place. */
export function CashOutForm({ room }: { room: CashOutRoom }) {
  const t = useTranslations('cash-out.form');
  const trpc = useTRPC();
  const toast = useToast();
  const attempt = useAttempt();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [text, setText] = useState('');
  const [isChecked, setChecked] = useState(false);
  const minor = parseTypedAmount(text);
  const ducatsMinor = minor !== null && minor > 0n ? minor : null;
  const figures = useQuery(
    trpc.cashOuts.figures.queryOptions(
      { ducatsMinor: ducatsMinor ?? 1n },
      { enabled: ducatsMinor !== null, placeholderData: keepPreviousData },
    ),
  );
  // While an amount is typed its figures are those of the amount before: nobody asks for what they have not seen.
  const isShown = figures.isSuccess && !figures.isPlaceholderData;
  const isComing = ducatsMinor !== null && !isShown && !figures.isError;
  const request = useStepUpMutation(
    trpc.cashOuts.request.mutationOptions({
      onSuccess: () => {
        attempt.settle();
        setText('');
        setChecked(false);
        toast({ tone: 'success', text: t('done') });
        refresh();
      },
      onError: (failure) => attempt.settle(failure),
    }),
  );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (ducatsMinor !== null && isShown && !request.isPending) request.mutate({ ducatsMinor, key: attempt.key });
  };
  return (
    <ReadyForm onSubmit={submit} className="grid items-start gap-6 lg:grid-cols-2 lg:gap-10">
      <div className="flex flex-col gap-4">
        <FigureField
          id="cash-out-amount"
          label={t('amount')}
          hint={t('hint')}
          error={isChecked && ducatsMinor === null ? t('malformed') : undefined}
          text={text}
          onText={setText}
        />
        <div>
          <Button variant="secondary" onClick={() => setText(toDecimal(room.availableMinor))}>
            {t('all')}
          </Button>
        </div>
      </div>
      <Card as="section" labelledBy="cash-out-figures">
        <div className="flex flex-col gap-4">
          <h2 id="cash-out-figures" className="text-lg font-semibold">
            {t('figures')}
          </h2>
          {ducatsMinor === null || figures.data === undefined ? (
            <p className="text-muted">{t('empty')}</p>
          ) : (
            <CashOutSummary figures={figures.data} feeBasisPoints={room.feeBasisPoints} />
          )}
          {ducatsMinor !== null && figures.isError ? (
            <Notice tone="danger" title={refusalText(figures.error)} live />
          ) : null}
          {request.isError ? <Notice tone="danger" title={refusalText(request.error)} live /> : null}
          <Button type="submit" wide pending={isComing || request.isPending || isRefreshing}>
            {t('submit')}
          </Button>
          <p className="text-sm text-muted">{t('note')}</p>
        </div>
      </Card>
    </ReadyForm>
  );
}

type Quoted = Record<keyof CashOutFigures, bigint>;

function CashOutSummary({ figures, feeBasisPoints }: { figures: Quoted; feeBasisPoints: number }) {
  const t = useTranslations('cash-out.form');
  const usd = (minor: bigint) => <Amount asset="USD" minor={minor} />;
  const owed = { key: 'debt', label: t('debt'), value: usd(-figures.debtMinor) };
  return (
    <Figures
      figures={[
        { key: 'ducats', label: t('ducats'), value: <Amount asset="DUCAT" minor={figures.ducatsMinor} /> },
        { key: 'gross', label: t('gross'), value: usd(figures.grossMinor) },
        ...(figures.debtMinor > 0n ? [owed] : []),
        { key: 'fee', label: t('fee', { percent: feeBasisPoints / 100 }), value: usd(-figures.feeMinor) },
        { key: 'net', label: t('net'), value: usd(figures.netMinor), isTotal: true },
      ]}
    />
  );
}
