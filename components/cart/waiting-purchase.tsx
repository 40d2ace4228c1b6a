'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useEffect, useRef } from 'react';

import { useCodeText, useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { RefreshSoon } from '#components/ui/refresh-soon.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import type { CheckoutView } from '#server/market/cart/cart-schema.ts';

interface WaitingPurchaseProps {
  topUpId: string;
  /** As the page was rendered with. */
  checkout: CheckoutView;
}

/** The purchase that waits for a payment: it goes on by itself once the ducats are in the wallet. */
export function WaitingPurchase({ topUpId, checkout }: WaitingPurchaseProps) {
  const t = useTranslations('cart.waiting');
  const codeText = useCodeText();
  switch (checkout.state) {
    case 'given_up':
      return null;
    case 'placed':
      return (
        <Notice tone="success" title={t('placed')} live>
          <p>{t('placedText', { count: checkout.orderIds.length })}</p>
          <div>
            <LinkButton href="/orders" size="small" prefetch={false}>
              {t('toOrders')}
            </LinkButton>
          </div>
        </Notice>
      );
    case 'refused':
      return (
        <Notice tone="danger" title={t('refused')} live>
          <p>{t('refusedText', { reason: codeText(checkout.refusal ?? '') })}</p>
          <div>
            <LinkButton href="/cart" size="small" variant="secondary" prefetch={false}>
              {t('toCart')}
            </LinkButton>
          </div>
        </Notice>
      );
    case 'waiting':
      return <Continuing topUpId={topUpId} />;
  }
}

function Continuing({ topUpId }: { topUpId: string }) {
  const t = useTranslations('cart.waiting');
  const trpc = useTRPC();
  const refusalText = useRefusalText();
  const { refresh } = useRefresh();
  const isBegun = useRef(false);
  const { mutate, error } = useMutation(trpc.cart.continue.mutationOptions({ onSuccess: () => refresh() }));
  useEffect(() => {
    if (isBegun.current) return;
    isBegun.current = true;
    mutate({ topUpId });
  }, [mutate, topUpId]);
  return (
    <Notice title={t('title')} live>
      <p>{error === null ? t('text') : refusalText(error)}</p>
      <RefreshSoon />
    </Notice>
  );
}
