import { useTranslations } from 'next-intl';

import { ItemControls } from '#components/cart/item-controls.tsx';
import { ItemProblem } from '#components/cart/item-problem.tsx';
import { GroupCoupon } from '#components/cart/group-coupon.tsx';
import { SaleNote, usePercent } from '#components/listing/sale-note.tsx';
import { Amount } from '#components/money/amount.tsx';
import { Price } from '#components/money/price.tsx';
import { ListingThumb } from '#components/order/listing-thumb.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { CartGroup, CartItemView } from '#server/market/cart/cart-schema.ts';

/** What comes from one seller, and will be one order. */
export function CartGroupCard({ group }: { group: CartGroup }) {
  const t = useTranslations('cart');
  const { seller, items, totalMinor } = group;
  const id = `from-${seller.citizenId}`;
  return (
    <section aria-labelledby={id} className="@container flex flex-col rounded-md border border-line bg-surface">
      <div className="flex flex-wrap items-baseline justify-between gap-3 border-b border-line p-4">
        <h2 id={id} className="font-semibold">
          {t('from', { seller: seller.displayName })}
        </h2>
        <Amount asset="DUCAT" minor={totalMinor} />
      </div>
      <ul className="divide-y divide-line">
        {items.map((item) => (
          <li key={item.id} className="flex flex-col gap-3 p-4">
            <CartItemRow item={item} />
            <ItemProblem item={item} />
          </li>
        ))}
      </ul>
      <div className="border-t border-line p-4">
        <GroupCoupon group={{ seller, subtotalMinor: group.subtotalMinor, coupon: group.coupon }} />
      </div>
    </section>
  );
}

/** Why it costs less, and until when. */
function ItemDiscount({ item: { discount } }: { item: CartItemView }) {
  const t = useTranslations('listing');
  const percentOf = usePercent();
  if (discount === null) return null;
  const { id, percentBps, endsAt } = discount;
  if (id !== null && endsAt !== null) return <SaleNote sale={{ saleId: id, percentBps, endsAt }} isVerbose />;
  return (
    <span className="text-sm font-medium text-success">
      {t('steps.title')}: {t('sale.off', { percent: percentOf(percentBps) })}
    </span>
  );
}

function CartItemRow({ item }: { item: CartItemView }) {
  const t = useTranslations('listing');
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-3">
      <ListingThumb listing={{ id: item.listingId, category: item.category, picture: item.picture }} />
      <div className="flex min-w-0 flex-1 basis-[160px] flex-col">
        <TextLink href={`/listings/${item.listingId}`}>{item.title}</TextLink>
        {item.values.length === 0 ? null : <span className="text-sm text-muted">{item.values.join(', ')}</span>}
        {item.quantity === 1 && item.discount === null ? null : (
          <span className="text-sm text-muted">
            <Price minor={item.unitPriceMinor} listMinor={item.listUnitPriceMinor} /> {t('each')}
          </span>
        )}
        <ItemDiscount item={item} />
      </div>
      <div className="flex w-full flex-wrap items-center justify-between gap-x-4 gap-y-2 @min-[36rem]:w-auto @min-[36rem]:justify-end">
        <ItemControls item={item} />
        <span className="ml-auto text-right font-medium @min-[36rem]:min-w-[112px]">
          <Amount asset="DUCAT" minor={item.totalMinor} />
        </span>
      </div>
    </div>
  );
}
