import { useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { OrderView } from '#server/market/orders/order-schema.ts';

/** What one side of a dispute offers, until the other agrees or somebody offers otherwise. */
export function ProposalNotice({ order }: { order: OrderView }) {
  const t = useTranslations('order.proposal');
  const { proposal } = order;
  if (proposal === null) return null;
  const amount = () => <Amount asset="DUCAT" minor={proposal.backMinor} />;
  const name = order[proposal.by].displayName;
  return (
    <Notice title={t('title')}>
      <p>{order.viewer === proposal.by ? t.rich('own', { amount }) : t.rich('other', { name, amount })}</p>
    </Notice>
  );
}
