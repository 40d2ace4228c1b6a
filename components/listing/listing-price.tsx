import { useFormatter, useTranslations } from 'next-intl';

import { SaleNote, usePercent } from '#components/listing/sale-note.tsx';
import { Amount } from '#components/money/amount.tsx';
import { Price } from '#components/money/price.tsx';
import type { ListingCard, ListingView } from '#server/market/catalogue/catalogue-schema.ts';
import { priceLine, reducedMinor } from '#server/market/discounts/price-schema.ts';

/** What one costs at least, with the sale that it is in. */
export function salePriceOf({ priceMinor, sale }: Pick<ListingCard, 'priceMinor' | 'sale'>): bigint {
  return sale === null ? priceMinor : reducedMinor(priceMinor, sale.percentBps);
}

/** The price on a listing's own page: what it costs now, until when, and what more of it costs. */
export function ListingPrice({ listing }: { listing: ListingView }) {
  const t = useTranslations('listing');
  return (
    <div className="flex flex-col gap-2">
      <p className="text-xl font-semibold">
        {listing.hasVariants ? <span className="text-base font-normal text-muted">{t('from')} </span> : null}
        <Price minor={salePriceOf(listing)} listMinor={listing.priceMinor} />
        {listing.stock === 1 ? null : <span className="text-base font-normal text-muted"> {t('each')}</span>}
      </p>
      {listing.sale === null ? null : (
        <p>
          <SaleNote sale={listing.sale} isVerbose />
        </p>
      )}
      {listing.quantitySteps.length === 0 ? null : <StepTable listing={listing} />}
    </div>
  );
}

/** What each costs from which quantity on. */
function StepTable({ listing }: { listing: ListingView }) {
  const t = useTranslations('listing.steps');
  const format = useFormatter();
  const percentOf = usePercent();
  const { quantitySteps: steps, sale, priceMinor } = listing;
  const cell = 'px-3 py-1 first:pl-0 last:pr-0';
  return (
    <table className="self-start border-collapse text-sm">
      <caption className="pb-1 text-left font-medium">{t('title')}</caption>
      <thead>
        <tr className="border-b border-line text-muted">
          <th scope="col" className={`${cell} text-left font-normal`}>
            {t('from')}
          </th>
          <th scope="col" className={`${cell} text-right font-normal`}>
            {t('off')}
          </th>
          <th scope="col" className={`${cell} text-right font-normal`}>
            {t('each')}
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map(({ fromQuantity: quantity, percentBps }) => (
          <tr key={quantity} className="border-b border-line last:border-b-0">
            <th scope="row" className={`${cell} figures text-left font-normal`}>
              {format.number(quantity)}
            </th>
            <td className={`${cell} figures text-right`}>{percentOf(Math.max(percentBps, sale?.percentBps ?? 0))}</td>
            <td className={`${cell} text-right`}>
              <Amount
                asset="DUCAT"
                minor={priceLine({ key: '', listUnitPriceMinor: priceMinor, quantity, steps, sale }).unitPriceMinor}
                unit="none"
              />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
