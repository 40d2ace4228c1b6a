import type { Metadata } from 'next';
import { getFormatter, getTranslations } from 'next-intl/server';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page } from '#components/layout/page.tsx';
import { Gallery } from '#components/listing/gallery.tsx';
import { CategoryPath, ListingDetails } from '#components/listing/listing-details.tsx';
import { RichText } from '#components/listing/rich-text.tsx';
import { Amount } from '#components/money/amount.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Figures } from '#components/ui/figures.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

interface LinePageProps {
  params: Promise<{ id: string; line: string }>;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('order.kept');
  return { title: t('title') };
}

/** The listing as the order keeps it: what its buyer saw, for the two of the order and for who decides between them. */
export default async function LinePage({ params }: LinePageProps) {
  await requireVisitor();
  const [{ id: orderId, line }, caller] = await Promise.all([params, serverCaller()]);
  const place = /^[1-9]\d{0,2}$/.test(line) ? Number.parseInt(line, 10) : 0;
  const kept = await orNotFound(caller.orders.lineAsBought({ orderId, line: place }));
  const [t, order, format, tree] = await Promise.all([
    getTranslations('order.kept'),
    getTranslations('order'),
    getFormatter(),
    caller.listings.categoryTree(),
  ]);
  const figures = [
    { key: 'seller', label: t('seller'), value: kept.seller.displayName },
    { key: 'price', label: t('price'), value: <Amount asset="DUCAT" minor={kept.unitPriceMinor} /> },
    { key: 'quantity', label: t('quantity'), value: format.number(kept.quantity) },
    { key: 'since', label: t('since'), value: format.dateTime(kept.createdAt, { dateStyle: 'long' }) },
    { key: 'bought', label: t('bought'), value: format.dateTime(kept.boughtAt, { dateStyle: 'long' }) },
  ];
  return (
    <Page>
      <div className="flex flex-col gap-6">
        <BackLink href={`/orders/${orderId}`}>{t('back')}</BackLink>
        <Notice title={t('what')}>
          <p>
            <TextLink href={`/listings/${kept.id}`} prefetch={false}>
              {t('now')}
            </TextLink>
          </p>
        </Notice>
        <article className="grid items-start gap-6 lg:grid-cols-[3fr_2fr] lg:grid-rows-[auto_1fr] lg:gap-10">
          <Gallery listing={kept} />
          <div className="flex flex-col gap-6 lg:row-span-2">
            <div className="flex flex-col gap-2">
              <CategoryPath slug={kept.categorySlug} tree={tree} prefix="" />
              <h1 className="font-display text-display font-semibold">{kept.title}</h1>
              {kept.optionValues.length === 0 ? null : (
                <p className="text-muted">{order('chosen', { values: kept.optionValues.join(', ') })}</p>
              )}
            </div>
            <Figures figures={figures} />
            <ListingDetails listing={kept} tree={tree} />
          </div>
          <section aria-labelledby="description" className="flex min-w-0 flex-col gap-3">
            <h2 id="description" className="text-lg font-semibold">
              {order('description')}
            </h2>
            <RichText text={kept.description} />
          </section>
        </article>
      </div>
    </Page>
  );
}
