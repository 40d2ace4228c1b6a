import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { ListingThumb } from '#components/order/listing-thumb.tsx';
import { isTold } from '#components/order/order-timeline.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { OpenOrder } from '#server/market/dashboards/dashboard-schema.ts';

interface OpenOrderListProps {
  orders: readonly OpenOrder[];
  /** The reader's side of all of them. */
  side: 'buyer' | 'seller';
  labelledBy: string;
}

/** Orders on their way: whom each waits for, until when, and the way to the step. */
export function OpenOrderList({ orders, side, labelledBy }: OpenOrderListProps) {
  return (
    <ul
      aria-labelledby={labelledBy}
      className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface"
    >
      {orders.map((order) => (
        <OpenOrderRow key={order.id} order={order} side={side} />
      ))}
    </ul>
  );
}

function OpenOrderRow({ order, side }: { order: OpenOrder; side: 'buyer' | 'seller' }) {
  const t = useTranslations('dashboard');
  const other = side === 'seller' ? order.buyer : order.seller;
  const step = order.step === null ? null : t(`step.${knownStep(order.step)}`);
  return (
    <li className="flex flex-wrap items-center gap-x-4 gap-y-3 p-4">
      <div className="flex min-w-0 flex-1 basis-[15rem] items-start gap-3">
        <ListingThumb listing={{ id: order.listingId, category: order.category }} />
        <div className="flex min-w-0 flex-col gap-1">
          <p className="font-medium wrap-anywhere">
            <TextLink href={`/orders/${order.id}`} prefetch={false}>
              {order.listingTitle}
            </TextLink>
          </p>
          <p className="text-sm text-muted">
            {t(side === 'seller' ? 'orders.buyer' : 'orders.seller', { name: other.displayName })} ·{' '}
            <Amount asset="DUCAT" minor={order.totalMinor} unit="mark" />
          </p>
          <Due order={order} side={side} />
        </div>
      </div>
      {step === null ? null : (
        <LinkButton
          href={`/orders/${order.id}`}
          size="small"
          prefetch={false}
          aria-label={t('step.of', { step, title: order.listingTitle })}
        >
          {step}
        </LinkButton>
      )}
    </li>
  );
}

function Due({ order: { turn, deadline }, side }: { order: OpenOrder; side: 'buyer' | 'seller' }) {
  const t = useTranslations('dashboard.turn');
  const due = useTranslations('order.due');
  const format = useFormatter();
  const whose = turn === 'both' || turn === side ? 'own' : turn;
  return (
    <p className="flex flex-wrap items-center gap-2 text-sm">
      <Badge tone={whose === 'own' ? 'gold' : 'neutral'}>{t(whose)}</Badge>
      {deadline === null || !isTold(deadline.action) ? null : (
        <time dateTime={deadline.at.toISOString()}>
          {due(deadline.action, { when: format.dateTime(deadline.at, { dateStyle: 'medium' }) })}
        </time>
      )}
    </p>
  );
}

const steps = ['accept', 'deliver', 'confirm', 'agree'] as const;

function knownStep(step: string): (typeof steps)[number] | 'open' {
  return steps.find((known) => known === step) ?? 'open';
}
