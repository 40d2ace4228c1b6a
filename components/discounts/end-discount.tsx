'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

interface EndDiscountProps {
  /** A sale or a coupon. */
  what: { saleId: string } | { couponId: string };
  /** The whole name of the button. */
  label: string;
}

/** Ends a sale or a coupon before its time; that cannot be undone, so it asks first. */
export function EndDiscount({ what, label }: EndDiscountProps) {
  const t = useTranslations('discounts.end');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const [isAsking, setAsking] = useState(false);
  const then = {
    onSuccess: () => {
      toast({ tone: 'success', text: t('done') });
      refresh();
    },
    onError: (error: Parameters<typeof refusalText>[0]) => toast({ tone: 'danger', text: refusalText(error) }),
    onSettled: () => setAsking(false),
  };
  const endSale = useMutation(trpc.discounts.endSale.mutationOptions(then));
  const endCoupon = useMutation(trpc.discounts.endCoupon.mutationOptions(then));
  const end = () => {
    if ('saleId' in what) endSale.mutate(what);
    else endCoupon.mutate(what);
  };
  return (
    <>
      <Button
        variant="secondary"
        size="small"
        disabled={!hydrated}
        pending={isRefreshing}
        aria-label={label}
        onClick={() => setAsking(true)}
      >
        {t('button')}
      </Button>
      <Dialog open={isAsking} onClose={() => setAsking(false)} title={t('title')} closeLabel={common('close')}>
        <p>{t('text')}</p>
        <div className="flex flex-col gap-3 sm:flex-row sm:justify-end">
          <Button variant="secondary" onClick={() => setAsking(false)}>
            {common('cancel')}
          </Button>
          <Button pending={endSale.isPending || endCoupon.isPending} onClick={end}>
            {t('button')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
