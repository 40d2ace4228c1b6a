import { useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import type { BadgeTone } from '#components/ui/badge.tsx';
import type { OrderState } from '#server/market/orders/order-schema.ts';

const tones: Record<OrderState, BadgeTone> = {
  paid: 'gold',
  delivered: 'accent',
  disputed: 'danger',
  completed: 'success',
  cancelled: 'neutral',
  refunded: 'neutral',
};

export function OrderStateBadge({ state }: { state: OrderState }) {
  const t = useTranslations('order.state');
  return <Badge tone={tones[state]}>{t(state)}</Badge>;
}
