import { useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import type { BadgeTone } from '#components/ui/badge.tsx';
import type { DisputeState } from '#server/payments/disputes/dispute-schema.ts';

const tones: Record<DisputeState, BadgeTone> = {
  inquiry: 'neutral',
  opened: 'gold',
  withdrawn: 'gold',
  won: 'success',
  lost: 'danger',
  closed: 'neutral',
};

export function DisputeStateBadge({ state }: { state: DisputeState }) {
  const t = useTranslations('disputes.state');
  return <Badge tone={tones[state]}>{t(state)}</Badge>;
}
