import { useFormatter, useTranslations } from 'next-intl';
import type { ReactNode } from 'react';

import { Stars } from '#components/review/rating.tsx';

interface ReviewCardProps {
  heading: string;
  review: { stars: number; text: string; createdAt: Date; answer: string | null };
  /** Badges, links and buttons that belong to it. */
  children?: ReactNode;
  /** The same for the answer. */
  ofAnswer?: ReactNode;
}

/** One review: stars, words, and the answer to it. */
export function ReviewCard({ heading, review, children, ofAnswer }: ReviewCardProps) {
  const t = useTranslations('review.order');
  const format = useFormatter();
  return (
    <article className="flex flex-col gap-2">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <Stars count={review.stars} />
        <span className="font-medium wrap-anywhere">{heading}</span>
        <time dateTime={review.createdAt.toISOString()} className="text-sm text-muted">
          {format.dateTime(review.createdAt, { dateStyle: 'medium' })}
        </time>
      </div>
      <p className="max-w-prose whitespace-pre-line wrap-anywhere">{review.text}</p>
      {review.answer === null ? null : (
        <div className="max-w-prose border-l-4 border-line py-1 pl-3">
          <p className="text-sm text-muted">{t('answer')}</p>
          <p className="whitespace-pre-line wrap-anywhere">{review.answer}</p>
          {ofAnswer}
        </div>
      )}
      {children}
    </article>
  );
}
