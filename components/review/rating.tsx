import { Star } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';

import type { RatingView } from '#server/market/reviews/review-schema.ts';

const stars = [1, 2, 3, 4, 5] as const;

/** What buyers think, in stars and a number; small enough to stand beside a name. */
export function Rating({ rating }: { rating: RatingView }) {
  const t = useTranslations('review');
  const format = useFormatter();
  if (rating.starsMilli === null) return <span className="text-sm text-muted">{t('noRating')}</span>;
  const mean = format.number(rating.starsMilli / 1_000, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  return (
    <span className="inline-flex flex-wrap items-center gap-x-2 text-sm">
      <span className="sr-only">{t('rating', { stars: mean, count: rating.reviews })}</span>
      <span aria-hidden="true" className="inline-flex items-center gap-1">
        <Star className="size-icon-sm fill-current text-gold" />
        <span className="figures font-semibold">{mean}</span>
      </span>
      <span aria-hidden="true" className="text-muted">
        {t('reviews', { count: rating.reviews })}
      </span>
    </span>
  );
}

/** The stars of one review. */
export function Stars({ count }: { count: number }) {
  const t = useTranslations('review');
  return (
    <span className="inline-flex items-center">
      <span className="sr-only">{t('stars', { count })}</span>
      {stars.map((star) => (
        <Star
          key={star}
          aria-hidden="true"
          className={star <= count ? 'size-icon-sm fill-current text-gold' : 'size-icon-sm text-border'}
        />
      ))}
    </span>
  );
}
