import { useTranslations } from 'next-intl';

import { Badge, type BadgeTone } from '#components/ui/badge.tsx';
import type { CashOutState } from '#server/payments/cash-outs/cash-out-schema.ts';

const tones: Record<CashOutState, BadgeTone> = {
  requested: 'gold',
  approved: 'accent',
  processing: 'accent',
  unknown: 'gold',
  paid: 'success',
  failed: 'danger',
  returned: 'danger',
  rejected: 'danger',
};

export function CashOutBadge({ state }: { state: CashOutState }) {
  const t = useTranslations('cash-out.state');
  return <Badge tone={tones[state]}>{t(state)}</Badge>;
}
