import type { Metadata } from 'next';
import { getFormatter, getTranslations } from 'next-intl/server';

import { orNotFound, orNull, requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { ConfirmGift } from '#components/gift/confirm-gift.tsx';
import { Page } from '#components/layout/page.tsx';
import { ReportButton } from '#components/moderation/report-button.tsx';
import { OrderContent } from '#components/listing/order-content.tsx';
import { RichText } from '#components/listing/rich-text.tsx';
import { ListingThumb } from '#components/order/listing-thumb.tsx';
import { OrderStateBadge } from '#components/order/order-state-badge.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { GiftView } from '#server/market/gifts/gift-schema.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('gift');
  return { title: t('one') };
}

export default async function GiftPage({ params }: { params: Promise<{ id: string }> }) {
  await requireVisitor();
  const caller = await serverCaller();
  const gift = await orNotFound(caller.gifts.byId({ orderId: (await params).id }));
  const contents = await orNull(caller.listings.orderContent({ orderId: gift.orderId }));
  return (
    <Page>
      <GiftHead gift={gift} />
      <div className="grid items-start gap-6 lg:grid-cols-[3fr_2fr] lg:gap-10">
        <div className="flex min-w-0 flex-col gap-6">
          <Note gift={gift} />
          {contents === null ? null : <OrderContent contents={contents} />}
          <Arrival gift={gift} />
        </div>
        <Facts gift={gift} />
      </div>
      <Things gift={gift} />
    </Page>
  );
}

async function GiftHead({ gift: { title, listingId, category, state, giver } }: { gift: GiftView }) {
  const t = await getTranslations('gift');
  return (
    <div className="flex flex-col gap-2">
      <BackLink href="/orders?tab=gifts">{t('back')}</BackLink>
      <div className="flex items-start gap-4">
        <ListingThumb listing={{ id: listingId, category }} />
        <div className="flex min-w-0 flex-col gap-2">
          <h1 className="font-display text-display-sm font-semibold wrap-anywhere sm:text-display">{title}</h1>
          <div className="flex flex-wrap items-center gap-3 text-muted">
            <OrderStateBadge state={state} />
            <span className="wrap-anywhere">{t('from', { name: giver.displayName })}</span>
          </div>
        </div>
      </div>
    </div>
  );
}

async function Note({ gift: { orderId, note, isNoteHidden, giver } }: { gift: GiftView }) {
  const t = await getTranslations('gift');
  if (isNoteHidden) return <p className="text-sm text-danger">{t('noteHidden')}</p>;
  if (note === null) return null;
  return (
    <figure className="flex flex-col gap-2 border-l-4 border-gold py-2 pl-4">
      <blockquote className="font-display text-xl wrap-anywhere">{note}</blockquote>
      <figcaption className="flex flex-wrap items-center gap-3 text-sm text-muted">
        {t('writes', { name: giver.displayName })}
        <ReportButton subjectKind="gift_note" subjectId={orderId} />
      </figcaption>
    </figure>
  );
}

/** What the recipient can do, and what happens by itself. */
async function Arrival({ gift: { orderId, mayConfirm, confirmsItselfAt } }: { gift: GiftView }) {
  const [t, format] = await Promise.all([getTranslations('gift'), getFormatter()]);
  if (!mayConfirm) return null;
  return (
    <Card as="section" labelledBy="gift-arrival">
      <div className="flex flex-col gap-4">
        <h2 id="gift-arrival" className="text-lg font-semibold">
          {t('arrival')}
        </h2>
        <p>{t('arrivalText')}</p>
        {confirmsItselfAt === null ? null : (
          <p className="text-muted">
            {t('byItself', { when: format.dateTime(confirmsItselfAt, { dateStyle: 'long', timeStyle: 'short' }) })}
          </p>
        )}
        <NeedsScript />
        <ConfirmGift orderId={orderId} />
      </div>
    </Card>
  );
}

async function Facts({ gift: { giver, seller, createdAt } }: { gift: GiftView }) {
  const [t, format] = await Promise.all([getTranslations('gift'), getFormatter()]);
  return (
    <Card as="section" labelledBy="gift-facts">
      <h2 id="gift-facts" className="pb-2 text-lg font-semibold">
        {t('facts')}
      </h2>
      <Figures
        figures={[
          { key: 'giver', label: t('giver'), value: giver.displayName },
          { key: 'seller', label: t('seller'), value: seller.displayName },
          { key: 'given', label: t('given'), value: format.dateTime(createdAt, { dateStyle: 'long' }) },
        ]}
      />
    </Card>
  );
}

async function Things({ gift: { lines } }: { gift: GiftView }) {
  const [t, order] = await Promise.all([getTranslations('gift'), getTranslations('order')]);
  return (
    <section aria-labelledby="gift-things" className="flex flex-col gap-3 border-t border-line pt-6">
      <h2 id="gift-things" className="text-lg font-semibold">
        {t('things')}
      </h2>
      {lines.map(({ line, title, quantity, optionValues, description }) => (
        <div key={line} className="flex flex-col gap-2">
          <h3 className="font-semibold wrap-anywhere">
            {quantity === 1 ? title : t('several', { title, count: quantity })}
          </h3>
          {optionValues.length === 0 ? null : (
            <p className="text-muted">{order('chosen', { values: optionValues.join(', ') })}</p>
          )}
          <RichText text={description} />
        </div>
      ))}
    </section>
  );
}
