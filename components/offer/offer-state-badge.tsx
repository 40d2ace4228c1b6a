import { useTranslations } from 'next-intl';

import { Badge, type BadgeTone } from '#components/ui/badge.tsx';
import type { OfferSummary, OfferState } from '#server/market/offers/offer-schema.ts';

const tones: Readonly<Record<OfferState, BadgeTone>> = {
  seller_turn: 'gold',
  buyer_turn: 'gold',
  accepted: 'success',
  used: 'success',
  declined: 'danger',
  withdrawn: 'neutral',
  expired: 'neutral',
  ended: 'neutral',
};

/** Whose turn it is, as the reader sees it, or how it ended. */
export function OfferStateBadge({ offer: { state, viewer } }: { offer: Pick<OfferSummary, 'state' | 'viewer'> }) {
  const t = useTranslations('offer.state');
  const isTheirs = state === `${viewer}_turn`;
  return <Badge tone={isTheirs ? 'accent' : tones[state]}>{t(isTheirs ? 'your_turn' : state)}</Badge>;
}
