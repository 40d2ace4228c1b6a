import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { salePriceOf } from '#components/listing/listing-price.tsx';
import { ListingImage } from '#components/listing/listing-image.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import { WishButton } from '#components/wishlist/wish-button.tsx';
import type { Wish } from '#server/market/wishlist/wishlist-schema.ts';

/** What a citizen wishes for, each with what changed since. */
export function WishList({ wishes }: { wishes: readonly Wish[] }) {
  const t = useTranslations('wishlist');
  return (
    <ul aria-label={t('list')} className="flex flex-col divide-y divide-line rounded-md border border-line bg-surface">
      {wishes.map((wish) => (
        <WishRow key={wish.listing.id} wish={wish} />
      ))}
    </ul>
  );
}

function WishRow({ wish }: { wish: Wish }) {
  const t = useTranslations('wishlist');
  const format = useFormatter();
  const { listing, addedAt } = wish;
  return (
    <li className="grid grid-cols-[5rem_minmax(0,1fr)_auto] items-start gap-3 p-3 sm:grid-cols-[8rem_minmax(0,1fr)_auto] sm:gap-4 sm:p-4">
      <span className="block overflow-hidden rounded-md border border-line">
        <ListingImage listing={listing} sizes="8rem" />
      </span>
      <div className="flex min-w-0 flex-col gap-1">
        <p className="font-medium wrap-anywhere">
          {listing.state === 'published' ? (
            <TextLink href={`/listings/${listing.id}`} prefetch={false}>
              {listing.title}
            </TextLink>
          ) : (
            listing.title
          )}
        </p>
        <p className="text-sm text-muted">
          {t('by', { seller: listing.seller.displayName })} ·{' '}
          {t('added', { date: format.dateTime(addedAt, { dateStyle: 'medium' }) })}
        </p>
        <WishPrice wish={wish} />
        <WishBadges wish={wish} />
      </div>
      <WishButton listing={{ id: listing.id, title: listing.title }} isWished look="icon" />
    </li>
  );
}

function WishPrice({ wish: { listing, priceThenMinor } }: { wish: Wish }) {
  const t = useTranslations('wishlist');
  const priceMinor = salePriceOf(listing);
  return (
    <p className="flex flex-wrap items-baseline gap-x-3">
      <span className="text-lg font-semibold">
        <Amount asset="DUCAT" minor={priceMinor} unit="mark" isTrimmed />
      </span>
      {priceMinor === priceThenMinor ? null : (
        <span className="text-sm text-muted">
          {t('then')}{' '}
          <s>
            <Amount asset="DUCAT" minor={priceThenMinor} unit="mark" isTrimmed />
          </s>
        </span>
      )}
    </p>
  );
}

function WishBadges({ wish }: { wish: Wish }) {
  const t = useTranslations('wishlist');
  const format = useFormatter();
  const { listing, priceThenMinor, isAvailable, wasAvailable } = wish;
  const priceMinor = salePriceOf(listing);
  const isCheaper = priceMinor < priceThenMinor;
  const isDearer = priceMinor > priceThenMinor;
  const share = format.number(shareOf(priceMinor, priceThenMinor), {
    style: 'percent',
    maximumFractionDigits: 0,
  });
  if (isAvailable && wasAvailable && !isCheaper && !isDearer) return null;
  return (
    <p className="flex flex-wrap gap-2">
      {listing.state === 'published' ? null : <Badge>{t('offSale')}</Badge>}
      {listing.state === 'published' && !isAvailable ? <Badge tone="danger">{t('soldOut')}</Badge> : null}
      {isAvailable && !wasAvailable ? <Badge tone="success">{t('back')}</Badge> : null}
      {isCheaper ? <Badge tone="success">{t('cheaper', { share })}</Badge> : null}
      {isDearer ? <Badge tone="gold">{t('dearer', { share })}</Badge> : null}
    </p>
  );
}

/** How far a price moved, as a share of what it was. */
function shareOf(nowMinor: bigint, thenMinor: bigint): number {
  const moved = nowMinor > thenMinor ? nowMinor - thenMinor : thenMinor - nowMinor;
  return Number((moved * 1_000n) / thenMinor) / 1_000;
}
