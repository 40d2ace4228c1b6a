import { useTranslations } from 'next-intl';

import { EmptyState } from '#components/ui/empty-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { StatementTable } from '#components/wallet/statement-table.tsx';
import type { StatementEntry } from '#server/payments/schema.ts';

interface StatementProps {
  entries: readonly StatementEntry[];
  /** Whether a filter or a page far down may be why there is nothing. */
  isNarrowed: boolean;
  /** The statement without any filter. */
  path: string;
}

export function Statement({ entries, isNarrowed, path }: StatementProps) {
  const t = useTranslations('wallet');
  if (entries.length > 0) return <StatementTable entries={entries} />;
  if (isNarrowed) {
    return (
      <EmptyState
        title={t('nothingFound.title')}
        action={
          <LinkButton href={path} variant="secondary" prefetch={false}>
            {t('filter.clear')}
          </LinkButton>
        }
      >
        {t('nothingFound.text')}
      </EmptyState>
    );
  }
  return (
    <EmptyState
      title={t('empty.title')}
      action={
        <LinkButton href="/wallet/top-up" prefetch={false}>
          {t('topUp')}
        </LinkButton>
      }
    >
      {t('empty.text')}
    </EmptyState>
  );
}
