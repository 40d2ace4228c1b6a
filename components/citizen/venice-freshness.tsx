import { CloudOff } from 'lucide-react';
import { useFormatter, useTranslations } from 'next-intl';

interface VeniceFreshnessProps {
  /** When Venice said what is shown beside this. */
  asOf: Date;
  /** Venice could not be asked again since. */
  isStale: boolean;
}

/** Says how old something of Venice is; what is stale is marked by a sign and in words, never by colour alone. */
export function VeniceFreshness({ asOf, isStale }: VeniceFreshnessProps) {
  const t = useTranslations('venice');
  const format = useFormatter();
  const time = format.dateTime(asOf, { dateStyle: 'medium', timeStyle: 'short' });
  if (!isStale) return <span className="text-sm text-muted">{t('asOf', { time })}</span>;
  return (
    <span className="flex items-start gap-2 text-sm text-gold">
      <span className="flex h-6 shrink-0 items-center">
        <CloudOff aria-hidden="true" className="size-icon" />
      </span>
      <span>{t('stale', { time })}</span>
    </span>
  );
}
