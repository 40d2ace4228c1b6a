import { useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import type { CheckRun } from '#server/ledger/check-runs.ts';

/** What a check came to, in a word. */
export function CheckBadge({ run }: { run: CheckRun }) {
  const t = useTranslations('operator.check.result');
  if (!run.ok) return <Badge tone="danger">{t('wrong')}</Badge>;
  return run.findings.length === 0 ? <Badge tone="success">{t('ok')}</Badge> : <Badge tone="gold">{t('look')}</Badge>;
}
