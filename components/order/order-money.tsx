import { useTranslations } from 'next-intl';

import { amountTags } from '#components/order/order-amounts.tsx';
import { Card } from '#components/ui/card.tsx';
import { classNames } from '#components/ui/class-names.ts';
import type { OrderState, OrderView } from '#server/market/orders/order-schema.ts';

const places = ['buyerWallet', 'escrow', 'sellerWallet'] as const;
type Place = (typeof places)[number];

const placeOf: Record<OrderState, Place> = {
  paid: 'escrow',
  purchased: 'escrow',
  accepted: 'escrow',
  delivered: 'escrow',
  disputed: 'escrow',
  completed: 'sellerWallet',
  settled: 'sellerWallet',
  declined: 'buyerWallet',
  cancelled: 'buyerWallet',
  refunded: 'buyerWallet',
};

/** Where the order's money stands, as three stations and a sentence. */
export function OrderMoney({ order }: { order: OrderView }) {
  const t = useTranslations('order.money');
  const current = placeOf[order.state];
  const isWhole = order.refundedMinor === order.totalMinor;
  return (
    <Card as="section" labelledBy="order-money">
      <div className="flex flex-col gap-4">
        <h2 id="order-money" className="text-lg font-semibold">
          {t('title')}
        </h2>
        <ol
          aria-label={t('path')}
          className="grid grid-cols-3 gap-px overflow-hidden rounded-md border border-line bg-line"
        >
          {places.map((place) => (
            <li
              key={place}
              aria-current={place === current ? 'step' : undefined}
              className={classNames(
                'flex flex-col items-center justify-center gap-1 px-2 py-3 text-center text-sm',
                place === current ? 'bg-accent-soft font-semibold text-accent' : 'bg-surface text-muted',
              )}
            >
              <span
                aria-hidden="true"
                className={classNames(
                  'size-dot rounded-full border',
                  place === current ? 'border-accent bg-accent' : 'border-border',
                )}
              />
              {t(place)}
            </li>
          ))}
        </ol>
        <p>{t.rich(`${order.viewer}.${order.state}`, amountTags(order))}</p>
        {order.refundedMinor > 0n && !isWhole ? (
          <p className="text-muted">{t.rich('partBack', amountTags(order))}</p>
        ) : null}
      </div>
    </Card>
  );
}
