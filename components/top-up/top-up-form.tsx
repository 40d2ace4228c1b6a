'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { Amount } from '#components/money/amount.tsx';
import { CustomAmount } from '#components/top-up/custom-amount.tsx';
import type { TopUpOffers } from '#components/top-up/offers.ts';
import { OrderSummary } from '#components/top-up/order-summary.tsx';
import { PackageChoice } from '#components/top-up/package-choice.tsx';
import { noConsent, TermsConsent } from '#components/top-up/terms-consent.tsx';
import { useCustomQuote } from '#components/top-up/use-custom-quote.ts';
import { useLeaveToPay } from '#components/top-up/use-leave-to-pay.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { TopUpChoice, TopUpQuote } from '#server/payments/schema.ts';

interface TopUpFormProps {
  offers: TopUpOffers;
  /** The terms that have to be accepted before paying; null where they were. */
  terms: { version: number } | null;
}

/** Choose, see what it costs and brings, and go to pay. */
export function TopUpForm({ offers, terms }: TopUpFormProps) {
  const t = useTranslations('top-up');
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const amountInput = useRef<HTMLInputElement>(null);
  const [chosen, setChosen] = useState<TopUpQuote['choice']>(offers.packages[0]?.choice ?? 'custom');
  const [text, setText] = useState('');
  const [isMissed, setMissed] = useState(false);
  const custom = useCustomQuote(chosen === 'custom' ? text : '', offers);
  const open = useMutation(useTRPC().topUps.start.mutationOptions());
  const checkout = useLeaveToPay({
    terms,
    open: (choice: TopUpChoice, key) => open.mutateAsync({ choice, key }),
  });
  const [consent, setConsent] = useState(noConsent);
  const [isConsentMissed, setConsentMissed] = useState(false);
  const quote = chosen === 'custom' ? custom.quote : (offers.packages.find(({ choice }) => choice === chosen) ?? null);
  const isWaiting = chosen === 'custom' && custom.state === 'waiting';
  const change = (apply: () => void) => {
    apply();
    setMissed(false);
    if (checkout.error !== null) checkout.forget();
  };
  const pay = (event: SubmitEvent) => {
    event.preventDefault();
    if (checkout.isPending || checkout.isLeaving || isWaiting) return;
    if (quote === null) {
      setMissed(true);
      amountInput.current?.focus();
    } else if (terms !== null && !(consent.isAccepted && consent.isOfAge)) setConsentMissed(true);
    else checkout.start(choiceOf(quote));
  };
  return (
    <form onSubmit={pay} noValidate className="grid items-start gap-6 lg:grid-cols-[3fr_2fr] lg:gap-10">
      <fieldset disabled={!hydrated} className="flex min-w-0 flex-col gap-4">
        <legend className="mb-4 text-lg font-semibold">{t('choose')}</legend>
        <PackageChoice offers={offers} chosen={chosen} onChoose={(choice) => change(() => setChosen(choice))} />
        {chosen === 'custom' ? (
          <CustomAmount
            offers={offers}
            text={text}
            onText={(next) => change(() => setText(next))}
            custom={custom}
            isMissed={isMissed}
            inputRef={amountInput}
          />
        ) : null}
      </fieldset>
      <Card as="section" labelledBy="top-up-order">
        <div className="flex flex-col gap-4">
          <h2 id="top-up-order" className="text-lg font-semibold">
            {t('quote.title')}
          </h2>
          <OrderSummary quote={quote} isWaiting={isWaiting} feeBasisPoints={offers.feeBasisPoints} />
          {terms === null ? null : <TermsConsent consent={consent} isMissed={isConsentMissed} onChange={setConsent} />}
          {checkout.error === null ? null : <Notice tone="danger" title={refusalText(checkout.error)} live />}
          <Button
            type="submit"
            wide
            disabled={!hydrated}
            pending={isWaiting || checkout.isPending || checkout.isLeaving}
          >
            {checkout.isLeaving ? t('leaving') : <PayLabel quote={quote} />}
          </Button>
          <p className="text-sm text-muted">{t('payNote')}</p>
        </div>
      </Card>
    </form>
  );
}

/** The button names the amount, as soon as there is one. */
function PayLabel({ quote }: { quote: TopUpQuote | null }) {
  const t = useTranslations('top-up');
  return (
    <span>
      {t.rich('pay', { amount: () => (quote === null ? null : <Amount asset="USD" minor={quote.totalMinor} />) })}
    </span>
  );
}

function choiceOf(quote: TopUpQuote): TopUpChoice {
  return quote.choice === 'custom'
    ? { kind: 'custom', priceMinor: quote.priceMinor }
    : { kind: 'package', packageId: quote.choice };
}
