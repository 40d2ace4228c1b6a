import { useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import type { BadgeTone } from '#components/ui/badge.tsx';
import type { RefundState } from '#server/payments/refunds/refund-schema.ts';

const tones: Record<RefundState, BadgeTone> = {
  requested: 'neutral',
  sent: 'accent',
  succeeded: 'success',
  failed: 'danger',
  canceled: 'neutral',
};

/** Where the dollars of a refund are. */
export function RefundStateBadge({ state }: { state: RefundState }) {
  const t = useTranslations('refund.states');
  return <Badge tone={tones[state]}>{t(state)}</Badge>;
}
