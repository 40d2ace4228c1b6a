'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';

import { useCartGift } from '#components/cart/use-cart-gift.tsx';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { PurchaseDialog } from '#components/listing/purchase-dialog.tsx';
import { PurchaseFigures } from '#components/listing/purchase-figures.tsx';
import { Amount } from '#components/money/amount.tsx';
import { noConsent, TermsConsent } from '#components/top-up/terms-consent.tsx';
import { useLeaveToPay } from '#components/top-up/use-leave-to-pay.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { CheckOutInput } from '#server/market/cart/cart-schema.ts';
import type { PartyView } from '#server/market/schema.ts';

type Wanted = Pick<CheckOutInput, 'totalMinor' | 'gifts'>;

interface CheckOutProps {
  totalMinor: bigint;
  /** Units of everything. */
  count: number;
  sellers: readonly PartyView[];
  /** How many things need a decision first. */
  problems: number;
  /** Null for whoever is not signed in. */
  availableMinor: bigint | null;
  signInHref: string;
  /** The terms that have to be accepted before paying by card; null where they were. */
  terms: { version: number } | null;
}

/** The total, and the one step that buys everything: from the wallet, or by card where ducats are missing. */
export function CheckOut(props: CheckOutProps) {
  const { totalMinor, sellers, problems, availableMinor, signInHref } = props;
  const t = useTranslations('cart.pay');
  if (availableMinor === null) {
    return (
      <div className="flex flex-col gap-4">
        <Heading />
        <p className="flex items-baseline justify-between gap-4 text-lg font-semibold">
          <span>{t('total')}</span>
          <Amount asset="DUCAT" minor={totalMinor} />
        </p>
        <p className="text-muted">{t('signInWhy')}</p>
        <LinkButton href={signInHref} prefetch={false} wide>
          {t('signIn')}
        </LinkButton>
      </div>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      <Heading />
      <PurchaseFigures totalMinor={totalMinor} availableMinor={availableMinor} />
      {problems > 0 ? (
        <Notice tone="danger" title={t('problems', { count: problems })} />
      ) : (
        <Pay {...props} availableMinor={availableMinor} />
      )}
      <p className="text-sm text-muted">{t('orders', { count: sellers.length })}</p>
    </div>
  );
}

function Heading() {
  const t = useTranslations('cart.pay');
  return (
    <h2 id="pay" className="text-lg font-semibold">
      {t('title')}
    </h2>
  );
}

function Pay(props: CheckOutProps & { availableMinor: bigint }) {
  const { totalMinor, availableMinor, count, sellers } = props;
  const t = useTranslations('cart.pay');
  const hydrated = useHydrated();
  const [isConfirming, setConfirming] = useState(false);
  const choice = useCartGift(sellers);
  const { buy, error } = useBuyCart(() => setConfirming(false));
  const { gifts } = choice;
  if (totalMinor > availableMinor)
    return <PayMissing {...props} choice={choice} missingMinor={totalMinor - availableMinor} />;
  const ask = () => {
    choice.check();
    if (gifts !== undefined) setConfirming(true);
  };
  return (
    <>
      {choice.fields}
      <Button wide disabled={!hydrated} pending={buy.isSuccess} onClick={ask}>
        {t('button')}
      </Button>
      <PayProblem error={error} />
      <PurchaseDialog
        text={t('confirmText', { count, sellers: sellers.length })}
        giftFor={gifts?.length === sellers.length ? gifts[0]?.username : undefined}
        totalMinor={totalMinor}
        availableMinor={availableMinor}
        open={isConfirming}
        pending={buy.isPending}
        onClose={() => setConfirming(false)}
        onConfirm={() => buy.send({ totalMinor, gifts })}
      />
    </>
  );
}

interface PayMissingProps extends CheckOutProps {
  missingMinor: bigint;
  choice: ReturnType<typeof useCartGift>;
}

/** By card where ducats are missing: once they are in the wallet, everything is bought by itself. */
function PayMissing({ totalMinor, missingMinor, terms, choice }: PayMissingProps) {
  const t = useTranslations('cart.pay');
  const hydrated = useHydrated();
  const [consent, setConsent] = useState(noConsent);
  const [isMissed, setMissed] = useState(false);
  const open = useMutation(useTRPC().cart.topUpAndBuy.mutationOptions());
  const checkout = useLeaveToPay({
    terms,
    open: (wanted: Wanted, key) => open.mutateAsync({ ...wanted, key }),
  });
  const amount = () => <Amount asset="DUCAT" minor={missingMinor} isTrimmed />;
  const pay = () => {
    const { gifts } = choice;
    choice.check();
    if (terms !== null && !(consent.isAccepted && consent.isOfAge)) setMissed(true);
    else if (gifts !== undefined) checkout.start({ totalMinor, gifts });
  };
  return (
    <>
      <Notice title={t('missingTitle')}>
        <p>{t.rich('missingText', { amount })}</p>
      </Notice>
      {choice.fields}
      {terms === null ? null : <TermsConsent consent={consent} isMissed={isMissed} onChange={setConsent} />}
      <Button wide disabled={!hydrated} pending={checkout.isPending || checkout.isLeaving} onClick={pay}>
        <span>{t.rich('topUp', { amount })}</span>
      </Button>
      <PayProblem error={checkout.error} />
    </>
  );
}

function PayProblem({ error }: { error: unknown }) {
  const t = useTranslations('cart.pay');
  const router = useRouter();
  const refusalText = useRefusalText();
  if (error === null) return null;
  return (
    <Notice tone="danger" title={refusalText(error)} live>
      <div>
        <Button variant="secondary" size="small" onClick={() => router.refresh()}>
          {t('changed')}
        </Button>
      </div>
    </Notice>
  );
}

function useBuyCart(onEnd: () => void) {
  const t = useTranslations('cart.pay');
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const attempt = useAttempt();
  const buy = useMutation(
    trpc.cart.checkOut.mutationOptions({
      onSuccess: ({ orders }) => {
        attempt.settle();
        onEnd();
        toast({ tone: 'success', text: t('done', { count: orders.length }) });
        const [only] = orders;
        router.push(orders.length === 1 && only !== undefined ? `/orders/${only.orderId}` : '/orders');
        router.refresh();
      },
      onError: (error) => {
        attempt.settle(error);
        onEnd();
      },
    }),
  );
  const send = (wanted: Wanted) => buy.mutate({ ...wanted, key: attempt.key });
  return { buy: { ...buy, send }, error: buy.error };
}
