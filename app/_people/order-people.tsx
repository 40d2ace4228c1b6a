import { getTranslations } from 'next-intl/server';

import { serverCaller } from '#app/_trpc/server.ts';
import { ConversationPanel } from '#components/conversation/conversation-panel.tsx';
import { OrderReviews } from '#components/review/order-reviews.tsx';
import { Card } from '#components/ui/card.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

interface OrderPeopleProps {
  order: { id: string; viewer: 'buyer' | 'seller' | 'operator'; actions: readonly unknown[] };
}

/** What the two of an order write to each other and say of each other; operators read it while they have it to decide. */
export async function OrderPeople({ order }: OrderPeopleProps) {
  if (order.viewer === 'operator' && order.actions.length === 0) return null;
  const caller = await serverCaller();
  const [t, conversation, reviews] = await Promise.all([
    getTranslations('conversation'),
    caller.messages.ofOrder({ orderId: order.id }),
    caller.reviews.ofOrder({ orderId: order.id }),
  ]);
  const { before, threadId } = conversation;
  return (
    <>
      <OrderReviews orderId={order.id} reviews={reviews} />
      <Card as="section" labelledBy="order-messages">
        <div className="flex flex-col gap-4">
          <div className="flex flex-col gap-1">
            <h2 id="order-messages" className="text-lg font-semibold">
              {t('order.title')}
            </h2>
            <p className="text-sm text-muted">{t('order.lead')}</p>
          </div>
          {before === null || threadId === null ? null : (
            <p>
              <TextLink href={`/messages/${threadId}?before=${String(before)}`}>{t('earlier')}</TextLink>
            </p>
          )}
          <ConversationPanel conversation={conversation} target={{ orderId: order.id }} isLatest />
        </div>
      </Card>
    </>
  );
}
