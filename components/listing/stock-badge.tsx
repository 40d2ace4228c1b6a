import { useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import type { ListingCard } from '#server/market/catalogue/catalogue-schema.ts';

const fewLeft = 5;

interface StockBadgeProps {
  listing: Pick<ListingCard, 'state' | 'stock'>;
  /** Says so as well when there is nothing to worry about. */
  isVerbose?: boolean;
}

/** What a buyer should know about the stock before anything else. */
export function StockBadge({ listing, isVerbose = false }: StockBadgeProps) {
  const t = useTranslations('listing');
  if (listing.state !== 'published') return <Badge>{t(`state.${listing.state}`)}</Badge>;
  if (listing.stock === 0) return <Badge tone="danger">{t('soldOut')}</Badge>;
  if (listing.stock !== null && listing.stock <= fewLeft)
    return <Badge tone="gold">{t('left', { count: listing.stock })}</Badge>;
  return isVerbose ? <Badge tone="success">{t('onSale')}</Badge> : null;
}
