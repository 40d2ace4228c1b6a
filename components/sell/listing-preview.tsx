'use client';

import { useLocale, useTranslations } from 'next-intl';

import { ListingImage } from '#components/listing/listing-image.tsx';
import { StockBadge } from '#components/listing/stock-badge.tsx';
import { Amount } from '#components/money/amount.tsx';
import { lowestPriceOf, stockOf } from '#components/sell/listing-draft.ts';
import type { ListingDraft } from '#components/sell/listing-draft.ts';
import { topCategory } from '#server/market/catalogue/catalogue-schema.ts';
import type { CategoryNode } from '#server/market/catalogue/details-schema.ts';

interface ListingPreviewProps {
  draft: ListingDraft;
  /** The listing's id, which decides its drawing; null before it has one. */
  seed: string | null;
  tree: readonly CategoryNode[];
}

/** The card that buyers will see, as far as it is written. */
export function ListingPreview({ draft, seed, tree }: ListingPreviewProps) {
  const t = useTranslations('sell.preview');
  const locale = useLocale();
  const node = tree.find(({ slug }) => slug === draft.category);
  const category = node === undefined ? undefined : topCategory(node.slug);
  const [picture = null] = draft.pictures;
  const priceMinor = lowestPriceOf(draft);
  const stock = draft.options.length > 0 ? undefined : stockOf(draft);
  const title = draft.title.trim();
  return (
    <section aria-labelledby="listing-preview" className="flex flex-col gap-3">
      <h2 id="listing-preview" className="text-lg font-semibold">
        {t('title')}
      </h2>
      <div className="overflow-hidden rounded-md border border-line bg-surface">
        <div className="border-b border-line">
          {category === undefined ? (
            <p className="flex aspect-cover items-center justify-center bg-sunken p-6 text-center text-muted">
              {t('noCategory')}
            </p>
          ) : (
            <ListingImage
              listing={{ id: seed ?? category, category, picture }}
              sizes="(min-width: 1024px) 28rem, 100vw"
            />
          )}
        </div>
        <div className="flex flex-col gap-1 p-4">
          {node === undefined ? null : (
            <p className="text-xs text-muted">{locale === 'it' ? node.nameIt : node.nameEn}</p>
          )}
          <p className={title === '' ? 'text-muted' : 'line-clamp-2 font-medium'}>
            {title === '' ? t('untitled') : title}
          </p>
          <div className="flex min-h-control-sm flex-wrap items-center justify-between gap-2 pt-2">
            {priceMinor === null ? null : (
              <p className="text-lg font-semibold">
                <Amount asset="DUCAT" minor={priceMinor} unit="mark" isTrimmed />
              </p>
            )}
            {stock === undefined ? null : <StockBadge listing={{ state: 'published', stock }} />}
          </div>
        </div>
      </div>
      {seed === null && picture === null ? <p className="text-sm text-muted">{t('drawing')}</p> : null}
    </section>
  );
}
