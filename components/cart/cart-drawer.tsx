'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { CartGroupCard } from '#components/cart/cart-group.tsx';
import { Amount } from '#components/money/amount.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { ToastProvider } from '#components/ui/toast.tsx';
import type { CartView } from '#server/market/cart/cart-schema.ts';

interface CartDrawerProps {
  open: boolean;
  onClose: () => void;
}

/** The cart at the side of whatever page something was put into it from. */
export function CartDrawer({ open, onClose }: CartDrawerProps) {
  const t = useTranslations('cart.drawer');
  const common = useTranslations('common');
  const cart = useQuery({ ...useTRPC().cart.get.queryOptions(), enabled: open, staleTime: 0 });
  return (
    <Dialog look="drawer" open={open} onClose={onClose} title={t('title')} closeLabel={common('close')}>
      {/* What is said while a modal is open can be heard and pressed only within it. */}
      <ToastProvider closeLabel={common('close')}>
        {cart.isPending ? <Waiting /> : null}
        {cart.isError ? <Notice tone="danger" title={t('failed')} live /> : null}
        {cart.data === undefined ? null : <Contents cart={cart.data} />}
        <div className="sticky bottom-0 -mx-6 mt-auto -mb-6 flex flex-col gap-3 border-t border-line bg-surface p-6">
          {cart.data === undefined || cart.data.groups.length === 0 ? null : <Total cart={cart.data} />}
          <Button variant="secondary" wide onClick={onClose}>
            {t('on')}
          </Button>
        </div>
      </ToastProvider>
    </Dialog>
  );
}

function Contents({ cart }: { cart: CartView }) {
  const t = useTranslations('cart.drawer');
  if (cart.groups.length === 0) return <p className="text-muted">{t('empty')}</p>;
  return (
    <div className="flex flex-col gap-4">
      {cart.groups.map((group) => (
        <CartGroupCard key={group.seller.citizenId} group={group} />
      ))}
    </div>
  );
}

function Total({ cart }: { cart: CartView }) {
  const t = useTranslations('cart.drawer');
  return (
    <>
      <p className="flex items-baseline justify-between gap-4 text-lg font-semibold">
        <span>{t('total')}</span>
        <Amount asset="DUCAT" minor={cart.totalMinor} />
      </p>
      <LinkButton href="/cart" prefetch={false} wide>
        {t('toCart')}
      </LinkButton>
    </>
  );
}

function Waiting() {
  const t = useTranslations('cart.drawer');
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="sr-only">
        {t('loading')}
      </p>
      <Skeleton shape="short" />
      <Skeleton shape="control" />
      <Skeleton />
    </div>
  );
}
