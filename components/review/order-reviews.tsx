import { useFormatter, useTranslations } from 'next-intl';

import { ReportButton } from '#components/moderation/report-button.tsx';
import { AnswerForm } from '#components/review/answer-form.tsx';
import { ReviewCard } from '#components/review/review-card.tsx';
import { ReviewForm } from '#components/review/review-form.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import type { OrderReviewsView, ReviewView } from '#server/market/reviews/review-schema.ts';

/** What the two sides of a completed order say of each other, as far as the reader may read it. */
export function OrderReviews({ orderId, reviews }: { orderId: string; reviews: OrderReviewsView }) {
  const t = useTranslations('review.order');
  const format = useFormatter();
  const { own, other, otherWrote, mayWrite, writeUntil, blindUntil } = reviews;
  if (blindUntil === null) return null;
  const day = (date: Date) => format.dateTime(date, { dateStyle: 'long', timeStyle: 'short' });
  const isBlind = own?.isShown !== true && other === null;
  return (
    <Card as="section" labelledBy="order-reviews">
      <div className="flex flex-col gap-6">
        <h2 id="order-reviews" className="text-lg font-semibold">
          {t('title')}
        </h2>
        {isBlind && otherWrote ? <p>{t('otherWrote', { date: day(blindUntil) })}</p> : null}
        {own === null || mayWrite ? null : <OwnReview review={own} />}
        {mayWrite ? (
          <div className="flex flex-col gap-4">
            <p className="text-muted">{isBlind ? t('blind', { date: day(blindUntil) }) : t('late')}</p>
            {own === null && writeUntil !== null ? (
              <p className="text-muted">{t('until', { date: day(writeUntil) })}</p>
            ) : null}
            <ReviewForm orderId={orderId} own={own} />
          </div>
        ) : null}
        {other === null ? null : (
          <ReviewCard
            heading={t('other', { name: other.author.displayName })}
            review={other}
            ofAnswer={other.isAnswerHidden ? <Badge tone="danger">{t('hidden')}</Badge> : null}
          >
            {reviews.side === null ? null : (
              <div className="flex flex-wrap gap-2">
                {other.answer === null ? <AnswerForm reviewId={other.id} /> : null}
                <ReportButton subjectKind="review" subjectId={other.id} />
              </div>
            )}
          </ReviewCard>
        )}
        {own === null && other === null && !mayWrite ? <p className="text-muted">{t('none')}</p> : null}
      </div>
    </Card>
  );
}

function OwnReview({ review }: { review: ReviewView }) {
  const t = useTranslations('review.order');
  return (
    <ReviewCard
      heading={t('own')}
      review={review}
      ofAnswer={<ReportButton subjectKind="review_answer" subjectId={review.id} />}
    >
      <div>
        {review.isHidden ? (
          <Badge tone="danger">{t('hidden')}</Badge>
        ) : (
          <Badge tone={review.isShown ? 'success' : 'neutral'}>{review.isShown ? t('shown') : t('waits')}</Badge>
        )}
      </div>
    </ReviewCard>
  );
}
