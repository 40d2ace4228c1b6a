import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { netMinorOf } from '#components/order/order-amounts.tsx';
import { useDiscountFigures } from '#components/order/discount-figures.tsx';
import { Card } from '#components/ui/card.tsx';
import { Figures } from '#components/ui/figures.tsx';
import type { Figure } from '#components/ui/figures.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { OrderView } from '#server/market/orders/order-schema.ts';

const million = 1_000_000;

/** What the buyer pays, what the house takes from it, and what is left for the seller. */
export function OrderFigures({ order }: { order: OrderView }) {
  const t = useTranslations('order.figures');
  const format = useFormatter();
  const rate = format.number(order.feePpm / million, { style: 'percent', maximumFractionDigits: 4 });
  const isReturned = order.refundedMinor === order.totalMinor;
  const [only] = order.lines;
  const discounts = useDiscountFigures(order.lines);
  const amount = (minor: bigint) => <Amount asset="DUCAT" minor={minor} />;
  const end: Figure[] = isReturned
    ? [{ key: 'returned', label: t('returned'), value: amount(order.totalMinor), isTotal: true }]
    : [
        ...(order.refundedMinor === 0n
          ? []
          : [{ key: 'back', label: t('back'), value: amount(0n - order.refundedMinor) }]),
        { key: 'fee', label: t('fee', { rate }), value: amount(0n - order.feeMinor) },
        {
          key: 'net',
          label: t(order.closedAt === null ? 'netOpen' : 'netDone'),
          value: amount(netMinorOf(order)),
          isTotal: true,
        },
      ];
  return (
    <Card as="section" labelledBy="order-figures">
      <h2 id="order-figures" className="pb-2 text-lg font-semibold">
        {t('title')}
      </h2>
      <Figures
        figures={[
          ...(only === undefined || order.lines.length > 1
            ? order.lines.map(({ line, title, quantity, listUnitPriceMinor }) => ({
                key: `line-${String(line)}`,
                label: t('line', { title, count: quantity }),
                value: amount(listUnitPriceMinor * BigInt(quantity)),
              }))
            : [
                { key: 'unit', label: t('unit'), value: amount(only.listUnitPriceMinor) },
                { key: 'quantity', label: t('quantity'), value: format.number(only.quantity) },
              ]),
          ...discounts,
          { key: 'total', label: t('total'), value: amount(order.totalMinor), isTotal: true },
          ...end,
        ]}
      />
    </Card>
  );
}

/** Who is on either side, and since when. */
export function OrderParties({ order }: { order: OrderView }) {
  const t = useTranslations('order.parties');
  const receipt = useTranslations('receipt');
  const format = useFormatter();
  const nameOf = (party: 'buyer' | 'seller') => {
    const name = order[party].displayName;
    return order.viewer === party ? t('you', { name }) : name;
  };
  const day = (time: Date) => (
    <time dateTime={time.toISOString()}>{format.dateTime(time, { dateStyle: 'medium', timeStyle: 'short' })}</time>
  );
  return (
    <Card as="section" labelledBy="order-parties">
      <h2 id="order-parties" className="pb-2 text-lg font-semibold">
        {t('title')}
      </h2>
      <Figures
        figures={[
          { key: 'seller', label: t('seller'), value: nameOf('seller') },
          { key: 'buyer', label: t('buyer'), value: nameOf('buyer') },
          ...(order.recipient === null
            ? []
            : [{ key: 'recipient', label: t('recipient'), value: order.recipient.displayName }]),
          ...(order.giftNote === null ? [] : [{ key: 'note', label: t('note'), value: order.giftNote }]),
          { key: 'placed', label: t('placed'), value: day(order.createdAt) },
          ...(order.closedAt === null ? [] : [{ key: 'closed', label: t('closed'), value: day(order.closedAt) }]),
        ]}
      />
      {order.viewer === 'operator' ? null : <ByOffer lines={order.lines} />}
      <p className="flex flex-col border-t border-line pt-2 text-sm">
        <span className="text-muted">{t('number')}</span>
        <span className="figures">{order.id}</span>
        <TextLink href={`/orders/${order.id}/receipt`} prefetch={false}>
          {receipt('order.link')}
        </TextLink>
      </p>
    </Card>
  );
}

/** That a price was agreed on before, for whoever may read how. */
function ByOffer({ lines }: Pick<OrderView, 'lines'>) {
  const t = useTranslations('order.parties');
  const offerIds = lines.flatMap(({ offerId }) => (offerId === null ? [] : [offerId]));
  return offerIds.map((offerId) => (
    <p key={offerId} className="pb-2 text-sm">
      <TextLink href={`/offers/${offerId}`} prefetch={false}>
        {t('byOffer')}
      </TextLink>
    </p>
  ));
}
