'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { Amount } from '#components/money/amount.tsx';
import { OfferFields } from '#components/offer/offer-fields.tsx';
import { termsOf, type NamedTerms } from '#components/offer/offer-texts.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import type { ButtonVariant } from '#components/ui/button-class.ts';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import type { OfferStep, OfferView } from '#server/market/offers/offer-schema.ts';
import { quantityMax } from '#server/market/orders/quantity-schema.ts';
import { toDecimal } from '#server/money/money.ts';

const looks: Readonly<Record<OfferStep, ButtonVariant>> = {
  accept: 'primary',
  counter: 'secondary',
  decline: 'danger',
  withdraw: 'secondary',
};

export type AnsweredOffer = Pick<OfferView, 'id' | 'sequence' | 'actions' | 'unitPriceMinor' | 'quantity' | 'listing'>;

/** What the reader may answer now, each behind a dialog that says what it does. */
export function OfferActions({ offer }: { offer: AnsweredOffer }) {
  const t = useTranslations('offer.step');
  const hydrated = useHydrated();
  const [step, setStep] = useState<OfferStep | null>(null);
  const common = useTranslations('common');
  const close = () => setStep(null);
  return (
    <>
      <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap">
        {offer.actions.map((action) => (
          <Button key={action} variant={looks[action]} disabled={!hydrated} onClick={() => setStep(action)}>
            {t(`${action}.button`)}
          </Button>
        ))}
      </div>
      <Dialog
        open={step !== null}
        onClose={close}
        title={step === null ? '' : t(`${step}.title`)}
        closeLabel={common('close')}
      >
        {step === null ? null : <StepForm offer={offer} step={step} onClose={close} />}
      </Dialog>
    </>
  );
}

function StepForm({ offer, step, onClose }: { offer: AnsweredOffer; step: OfferStep; onClose: () => void }) {
  const t = useTranslations('offer.step');
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh } = useRefresh();
  const [isChecked, setChecked] = useState(false);
  const { askedMinor, stock } = offer.listing;
  const limits = { askedMinor: askedMinor ?? 0n, most: Math.max(1, Math.min(stock ?? quantityMax, quantityMax)) };
  const [texts, setTexts] = useState({
    ...{ price: toDecimal(offer.unitPriceMinor), quantity: String(offer.quantity), note: '' },
  });
  const take = useOfferStep(offer, step, () => {
    toast({ tone: 'success', text: t(`${step}.done`) });
    refresh();
    onClose();
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    const terms = step === 'counter' ? termsOf(texts, limits) : null;
    if ((step === 'counter' && terms === null) || take.isPending) return;
    take.mutate(terms);
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <p>
        {t.rich(`${step}.text`, {
          count: offer.quantity,
          amount: () => <Amount asset="DUCAT" minor={offer.unitPriceMinor} />,
        })}
      </p>
      {step === 'counter' ? <OfferFields texts={texts} {...limits} isChecked={isChecked} onChange={setTexts} /> : null}
      {take.isError ? <Notice tone="danger" title={refusalText(take.error)} live /> : null}
      <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-end">
        <Button variant="secondary" onClick={onClose}>
          {t('back')}
        </Button>
        <Button type="submit" variant={looks[step] === 'danger' ? 'danger' : 'primary'} pending={take.isPending}>
          {t(`${step}.button`)}
        </Button>
      </div>
    </form>
  );
}

/** Sends a step, once for one key. */
function useOfferStep({ id: offerId, sequence }: AnsweredOffer, step: OfferStep, onSuccess: () => void) {
  const trpc = useTRPC();
  const attempt = useAttempt();
  const accept = useMutation(trpc.offers.accept.mutationOptions());
  const counter = useMutation(trpc.offers.counter.mutationOptions());
  const decline = useMutation(trpc.offers.decline.mutationOptions());
  const withdraw = useMutation(trpc.offers.withdraw.mutationOptions());
  const others = { accept, decline, withdraw };
  return useMutation({
    mutationFn: (terms: NamedTerms | null): Promise<unknown> => {
      const input = { offerId, sequence, key: attempt.key };
      if (step !== 'counter') return others[step].mutateAsync(input);
      return terms === null ? Promise.resolve() : counter.mutateAsync({ ...input, ...terms });
    },
    onSuccess: () => {
      attempt.settle();
      onSuccess();
    },
    onError: (failure) => attempt.settle(failure),
  });
}
