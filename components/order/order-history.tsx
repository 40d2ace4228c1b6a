import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { classNames } from '#components/ui/class-names.ts';
import type { OrderEventView, OrderView } from '#server/market/orders/order-schema.ts';

/** Everything that happened to an order, the latest last. */
export function OrderHistory({ order }: { order: OrderView }) {
  const t = useTranslations('order.history');
  const last = order.events.at(-1)?.sequence;
  return (
    <section aria-labelledby="order-history" className="flex flex-col gap-4">
      <h2 id="order-history" className="text-lg font-semibold">
        {t('title')}
      </h2>
      <ol className="ml-1 flex flex-col gap-6 border-l border-line">
        {order.events.map((event) => (
          <HistoryEntry key={event.sequence} event={event} order={order} isLast={event.sequence === last} />
        ))}
      </ol>
    </section>
  );
}

/** What the house does by itself has words of its own. */
function eventKey({ action, actor }: OrderEventView) {
  if (actor !== 'system' || action === 'place') return action;
  return action in ownWords ? ownWords[action as keyof typeof ownWords] : action;
}

const ownWords = {
  accept: 'system_accept',
  decline: 'system_decline',
  deliver: 'system_deliver',
  confirm: 'system_confirm',
  cancel: 'system_cancel',
  resolve_refund: 'system_resolve_refund',
} as const;

interface HistoryEntryProps {
  event: OrderEventView;
  order: OrderView;
  isLast: boolean;
}

function HistoryEntry({ event, order, isLast }: HistoryEntryProps) {
  const t = useTranslations('order.history');
  const format = useFormatter();
  const names = {
    buyer: order.buyer.displayName,
    seller: order.seller.displayName,
    recipient: order.recipient?.displayName ?? t('system'),
    operator: t('operator'),
    system: t('system'),
  };
  return (
    <li className="relative flex flex-col gap-1 pl-6">
      <span
        aria-hidden="true"
        className={classNames(
          'absolute top-2 -left-1 size-dot rounded-full border',
          isLast ? 'border-accent bg-accent' : 'border-border bg-page',
        )}
      />
      <p>
        {t.rich(eventKey(event), {
          name: names[event.actor],
          amount: () => <Amount asset="DUCAT" minor={event.amountMinor ?? 0n} />,
        })}
      </p>
      <time dateTime={event.at.toISOString()} className="text-sm text-muted">
        {format.dateTime(event.at, { dateStyle: 'long', timeStyle: 'short' })}
      </time>
      {event.note === null ? null : (
        <blockquote className="mt-1 max-w-prose border-l-4 border-line py-1 pl-3 whitespace-pre-line">
          {event.note}
        </blockquote>
      )}
    </li>
  );
}
