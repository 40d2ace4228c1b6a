import { useTranslations } from 'next-intl';

import { ReportButton } from '#components/moderation/report-button.tsx';
import { Rating } from '#components/review/rating.tsx';
import { ReviewCard } from '#components/review/review-card.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import type { PublicReviewView, RatingView } from '#server/market/reviews/review-schema.ts';

interface ListingReviewsProps {
  rating: RatingView;
  reviews: readonly PublicReviewView[];
  seller: { displayName: string; rating: RatingView };
  /** Whether the reader may report; visitors have to sign in first. */
  mayReport: boolean;
  nextHref: string | null;
}

/** What buyers say of a listing, and what they think of its seller. */
export function ListingReviews({ rating, reviews, seller, mayReport, nextHref }: ListingReviewsProps) {
  const t = useTranslations('review.listing');
  return (
    <section aria-labelledby="listing-reviews" className="flex flex-col gap-4">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1">
        <h2 id="listing-reviews" className="text-lg font-semibold">
          {t('title')}
        </h2>
        <Rating rating={rating} />
      </div>
      <p className="flex flex-wrap items-center gap-x-2 text-sm text-muted">
        <span>{t('seller', { name: seller.displayName })}</span>
        <Rating rating={seller.rating} />
      </p>
      {reviews.length === 0 ? (
        <p className="text-muted">{t('noneText')}</p>
      ) : (
        <ul className="flex flex-col gap-6">
          {reviews.map((review) => (
            <li key={review.id} className="border-t border-line pt-4">
              <ReviewCard
                heading={review.author.displayName}
                review={review}
                ofAnswer={mayReport ? <ReportButton subjectKind="review_answer" subjectId={review.id} /> : null}
              >
                {mayReport ? (
                  <div>
                    <ReportButton subjectKind="review" subjectId={review.id} />
                  </div>
                ) : null}
              </ReviewCard>
            </li>
          ))}
        </ul>
      )}
      {nextHref === null ? null : (
        <div>
          <LinkButton href={nextHref} variant="secondary" size="small" prefetch={false}>
            {t('more')}
          </LinkButton>
        </div>
      )}
    </section>
  );
}
