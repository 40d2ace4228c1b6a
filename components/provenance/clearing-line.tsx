import { useFormatter, useTranslations } from 'next-intl';

import { Amount } from '#components/money/amount.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

interface ClearingLineProps {
  heldMinor: bigint;
  clearings: readonly { at: Date; amountMinor: bigint }[];
}

/** One sentence under the balances: what is not cleared yet, and when the next part is. */
export function ClearingLine({ heldMinor, clearings }: ClearingLineProps) {
  const t = useTranslations('provenance.walletLine');
  const format = useFormatter();
  const [next] = clearings;
  const values = {
    amount: () => <Amount asset="DUCAT" minor={heldMinor} />,
    date: next === undefined ? '' : format.dateTime(next.at, { dateStyle: 'long', timeStyle: 'short' }),
  };
  return (
    <p className="max-w-prose text-muted">
      {next === undefined
        ? t('none')
        : t.rich(next.amountMinor === heldMinor ? 'some' : 'more', { ...values, amount: values.amount })}{' '}
      <TextLink href="/wallet/origins" prefetch={false}>
        {t('link')}
      </TextLink>
    </p>
  );
}
