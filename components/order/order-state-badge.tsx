import { useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import type { BadgeTone } from '#components/ui/badge.tsx';
import type { OrderState } from '#server/market/orders/order-schema.ts';

const tones: Record<OrderState, BadgeTone> = {
  paid: 'gold',
  purchased: 'gold',
  accepted: 'gold',
  delivered: 'accent',
  disputed: 'danger',
  completed: 'success',
  declined: 'neutral',
  cancelled: 'neutral',
  refunded: 'neutral',
  settled: 'success',
};

export function OrderStateBadge({ state }: { state: OrderState }) {
  const t = useTranslations('order.state');
  return <Badge tone={tones[state]}>{t(state)}</Badge>;
}
