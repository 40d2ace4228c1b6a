import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { OfferStateBadge } from '#components/offer/offer-state-badge.tsx';
import { ListingThumb } from '#components/order/listing-thumb.tsx';
import { Card } from '#components/ui/card.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { OfferList as List, OfferSummary } from '#server/market/offers/offer-schema.ts';

const nextStep: Record<List, string> = { made: '/market', received: '/sell' };

/** Offers of one side, the newest first. */
export function OfferList({ list, offers }: { list: List; offers: readonly OfferSummary[] }) {
  const t = useTranslations('offer');
  if (offers.length === 0)
    return (
      <EmptyState
        title={t(`empty.${list}.title`)}
        action={<LinkButton href={nextStep[list]}>{t(`empty.${list}.action`)}</LinkButton>}
      >
        {t(`empty.${list}.text`)}
      </EmptyState>
    );
  return (
    <ul className="flex flex-col gap-4">
      {offers.map((offer) => (
        <li key={offer.id}>
          <OfferCard offer={offer} />
        </li>
      ))}
    </ul>
  );
}

function OfferCard({ offer }: { offer: OfferSummary }) {
  const t = useTranslations('offer');
  const format = useFormatter();
  const other = offer.viewer === 'buyer' ? offer.seller : offer.buyer;
  return (
    <Card as="article" labelledBy={`offer-${offer.id}`}>
      <div className="flex items-start gap-4">
        <ListingThumb listing={{ id: offer.listingId, category: offer.category }} />
        <div className="flex min-w-0 grow flex-col gap-2">
          <div className="flex flex-wrap items-start justify-between gap-2">
            <h2 id={`offer-${offer.id}`} className="min-w-0 font-medium wrap-anywhere">
              <TextLink href={`/offers/${offer.id}`} prefetch={false}>
                {titleOf(offer)}
              </TextLink>
            </h2>
            <OfferStateBadge offer={offer} />
          </div>
          <p>
            {t.rich('each', {
              count: offer.quantity,
              amount: () => <Amount asset="DUCAT" minor={offer.unitPriceMinor} />,
            })}
          </p>
          <p className="text-sm wrap-anywhere text-muted">
            {t(offer.viewer === 'buyer' ? 'withSeller' : 'withBuyer', { name: other.displayName })}
            {offer.deadlineAt === null
              ? null
              : ` · ${t('until', { when: format.dateTime(offer.deadlineAt, { dateStyle: 'medium', timeStyle: 'short' }) })}`}
          </p>
        </div>
      </div>
    </Card>
  );
}

/** What was offered for, with what was chosen of it. */
export function titleOf({ title, optionValues }: Pick<OfferSummary, 'title' | 'optionValues'>): string {
  return optionValues.length === 0 ? title : `${title} (${optionValues.join(', ')})`;
}
