import type { Metadata } from 'next';
import { getFormatter, getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page } from '#components/layout/page.tsx';
import { Amount } from '#components/money/amount.tsx';
import { BuyWithOffer } from '#components/offer/buy-with-offer.tsx';
import { OfferActions } from '#components/offer/offer-actions.tsx';
import { titleOf } from '#components/offer/offer-list.tsx';
import { OfferRounds } from '#components/offer/offer-rounds.tsx';
import { OfferStateBadge } from '#components/offer/offer-state-badge.tsx';
import { ListingThumb } from '#components/order/listing-thumb.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { OfferView } from '#server/market/offers/offer-schema.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('offer');
  return { title: t('one') };
}

export default async function OfferPage({ params }: { params: Promise<{ id: string }> }) {
  const visitor = await requireVisitor();
  const caller = await serverCaller();
  const offer = await orNotFound(caller.offers.byId({ offerId: (await params).id }));
  return (
    <Page>
      <OfferHead offer={offer} />
      <div className="grid items-start gap-6 lg:grid-cols-[3fr_2fr] lg:gap-10">
        <div className="flex min-w-0 flex-col gap-6">
          <Turn offer={offer} availableMinor={visitor.availableMinor ?? 0n} />
          <OfferRounds offer={offer} />
        </div>
        <OfferFigures offer={offer} />
      </div>
    </Page>
  );
}

async function OfferHead({ offer }: { offer: OfferView }) {
  const t = await getTranslations('offer');
  const other = offer.viewer === 'buyer' ? offer.seller : offer.buyer;
  return (
    <div className="flex flex-col gap-2">
      <BackLink href={offer.viewer === 'seller' ? '/offers?tab=received' : '/offers'}>{t('back')}</BackLink>
      <div className="flex items-start gap-4">
        <ListingThumb listing={{ id: offer.listingId, category: offer.category }} />
        <div className="flex min-w-0 flex-col gap-2">
          <h1 className="font-display text-display-sm font-semibold wrap-anywhere sm:text-display">{titleOf(offer)}</h1>
          <div className="flex flex-wrap items-center gap-3 text-muted">
            <OfferStateBadge offer={offer} />
            <span className="wrap-anywhere">
              {t(offer.viewer === 'buyer' ? 'withSeller' : 'withBuyer', { name: other.displayName })}
            </span>
          </div>
        </div>
      </div>
    </div>
  );
}

/** Whose turn it is, until when, and what the reader can do. */
async function Turn({ offer, availableMinor }: { offer: OfferView; availableMinor: bigint }) {
  const [t, format] = await Promise.all([getTranslations('offer'), getFormatter()]);
  const { state, viewer, listing, deadlineAt } = offer;
  const isBuying = state === 'accepted' && viewer === 'buyer' && listing.problem === null;
  const day = (at: Date) => format.dateTime(at, { dateStyle: 'long', timeStyle: 'short' });
  return (
    <Card as="section" labelledBy="offer-turn">
      <div className="flex flex-col gap-4">
        <h2 id="offer-turn" className="text-lg font-semibold">
          {t(`turn.${viewer}.${state}`)}
        </h2>
        {deadlineAt === null ? null : (
          <p>
            <time dateTime={deadlineAt.toISOString()}>
              {t('timeLeft', { left: format.relativeTime(deadlineAt), when: day(deadlineAt) })}
            </time>
          </p>
        )}
        {deadlineAt === null || listing.problem === null ? null : (
          <Notice title={t(`problem.${listing.problem}`)}>
            <TextLink href={`/listings/${offer.listingId}`}>{t('seeListing')}</TextLink>
          </Notice>
        )}
        {state !== 'accepted' || viewer !== 'seller' || listing.changes.length === 0 ? null : (
          <Notice title={t('look.sellerTitle')}>
            <p>{t('look.sellerText')}</p>
          </Notice>
        )}
        {offer.orderId === null || viewer !== 'buyer' ? null : (
          <p>
            <TextLink href={`/orders/${offer.orderId}`}>{t('seeOrder')}</TextLink>
          </p>
        )}
        {isBuying || offer.actions.length > 0 ? <NeedsScript /> : null}
        {isBuying ? <BuyWithOffer offer={offer} title={titleOf(offer)} availableMinor={availableMinor} /> : null}
        {offer.actions.length === 0 ? null : <OfferActions offer={offer} />}
      </div>
    </Card>
  );
}

async function OfferFigures({ offer }: { offer: OfferView }) {
  const [t, format] = await Promise.all([getTranslations('offer.figures'), getFormatter()]);
  const { unitPriceMinor, quantity, listing, viewer, state } = offer;
  const isTurn = state === 'seller_turn' || state === 'buyer_turn';
  const isOpen = isTurn || state === 'accepted';
  const amount = (minor: bigint) => <Amount asset="DUCAT" minor={minor} />;
  return (
    <Card as="section" labelledBy="offer-figures">
      <h2 id="offer-figures" className="pb-2 text-lg font-semibold">
        {t('title')}
      </h2>
      <Figures
        figures={[
          { key: 'unit', label: t('unit'), value: amount(unitPriceMinor) },
          { key: 'quantity', label: t('quantity'), value: format.number(quantity) },
          { key: 'total', label: t('total'), value: amount(unitPriceMinor * BigInt(quantity)), isTotal: true },
          ...(listing.askedMinor === null
            ? []
            : [{ key: 'asked', label: t('asked'), value: amount(listing.askedMinor) }]),
          ...(isTurn ? [{ key: 'rounds', label: t('roundsLeft'), value: format.number(offer.roundsLeft) }] : []),
        ]}
      />
      {viewer === 'buyer' && isOpen ? <p className="pt-2 text-sm text-muted">{t('notReserved')}</p> : null}
      <p className="pt-2">
        <TextLink href={`/listings/${offer.listingId}`}>{t('listing')}</TextLink>
      </p>
    </Card>
  );
}
