import { useFormatter, useTranslations } from 'next-intl';

import { OrderStateBadge } from '#components/order/order-state-badge.tsx';
import { Card } from '#components/ui/card.tsx';
import type { OrderActor, OrderNextStep, OrderView } from '#server/market/orders/order-schema.ts';

const sides = ['buyer', 'recipient', 'seller', 'operator'] as const satisfies readonly OrderActor[];

/** Who can do what now and until when, and what comes after: all from the order's own process. */
export function OrderTimeline({ order }: { order: OrderView }) {
  const t = useTranslations('order.timeline');
  const isOver = order.closedAt !== null;
  return (
    <Card as="section" labelledBy="order-timeline">
      <div className="flex flex-col gap-4">
        <h2 id="order-timeline" className="text-lg font-semibold">
          {t('title')}
        </h2>
        {isOver ? (
          <p>{t('over')}</p>
        ) : (
          <ol className="ml-1 flex flex-col gap-6 border-l border-line">
            <Station label={t('now')} isNow>
              <OrderStateBadge state={order.state} />
              <Deadline order={order} />
              <ul className="flex flex-col gap-1">
                {sides.map((side) => (
                  <Possible key={side} order={order} side={side} />
                ))}
              </ul>
            </Station>
            {order.ahead.length === 0 ? null : (
              <Station label={t('then')} isNow={false}>
                <span className="flex flex-wrap gap-2">
                  {order.ahead.map((state) => (
                    <OrderStateBadge key={state} state={state} />
                  ))}
                </span>
              </Station>
            )}
          </ol>
        )}
      </div>
    </Card>
  );
}

function Station({ label, isNow, children }: { label: string; isNow: boolean; children: React.ReactNode }) {
  const tone = isNow ? 'border-accent bg-accent' : 'border-border bg-page';
  return (
    <li aria-current={isNow ? 'step' : undefined} className="relative flex flex-col items-start gap-2 pl-6">
      <span aria-hidden="true" className={`absolute top-2 -left-1 size-dot rounded-full border ${tone}`} />
      <span className="text-sm text-muted">{label}</span>
      {children}
    </li>
  );
}

function Deadline({ order: { deadline } }: { order: OrderView }) {
  const t = useTranslations('order.deadline');
  const format = useFormatter();
  if (deadline === null || !isTold(deadline.action)) return null;
  const when = format.dateTime(deadline.at, { dateStyle: 'long', timeStyle: 'short' });
  return (
    <p>
      <time dateTime={deadline.at.toISOString()}>{t(deadline.action, { when })}</time>
    </p>
  );
}

const told = ['decline', 'lapse', 'confirm', 'resolve_refund'] as const;
type Told = (typeof told)[number];

/** The steps that timers name. */
export function isTold(action: string): action is Told {
  return told.some((one) => one === action);
}

function Possible({ order, side }: { order: OrderView; side: (typeof sides)[number] }) {
  const t = useTranslations('order.timeline');
  const format = useFormatter();
  const steps = order.next.filter((step) => step.actor === side && isSensible(order, step));
  if (steps.length === 0) return null;
  const who =
    order.viewer === side
      ? t('you')
      : side === 'operator'
        ? t('operator')
        : t(side, { name: order[side]?.displayName ?? '' });
  const what = format.list(
    steps.map(({ action }) => t(`what.${action}`)),
    { type: 'disjunction' },
  );
  return <li>{t('can', { who, what })}</li>;
}

/** Nobody agrees to nothing, or to their own words. */
function isSensible({ proposal }: OrderView, { action, actor }: OrderNextStep): boolean {
  return action !== 'agree' || (proposal !== null && proposal.by !== actor);
}
