import { useFormatter, useTranslations } from 'next-intl';

import { EndCredential } from '#components/credentials/end-credential.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import type { CredentialView } from '#server/citizens/credentials.ts';

/** A citizen's credentials, the newest first; those that expired lately say so. */
export function CredentialList({ credentials, now }: { credentials: readonly CredentialView[]; now: Date }) {
  const t = useTranslations('credentials');
  return (
    <ul aria-label={t('caption')} className="flex flex-col gap-3">
      {credentials.map((credential) => (
        <Card as="li" key={credential.id}>
          <CredentialFacts credential={credential} now={now} />
        </Card>
      ))}
    </ul>
  );
}

const hourMs = 60 * 60_000;

/** The last use is known to the minute, so that no seconds are told. */
function sinceUse(lastUsedAt: Date, now: Date): { now: Date; unit?: 'minute' } {
  return now.getTime() - lastUsedAt.getTime() < hourMs ? { now, unit: 'minute' } : { now };
}

function CredentialFacts({ credential, now }: { credential: CredentialView; now: Date }) {
  const t = useTranslations('credentials');
  const format = useFormatter();
  const { id, name, rights, lastFour, createdAt, expiresAt, lastUsedAt, isExpired } = credential;
  const day = (date: Date) => (
    <time dateTime={date.toISOString()}>{format.dateTime(date, { dateStyle: 'medium' })}</time>
  );
  return (
    <div className="flex flex-wrap items-start justify-between gap-4 sm:flex-nowrap">
      <div className="flex min-w-0 flex-col gap-2">
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="min-w-0 font-semibold wrap-anywhere">{name}</h2>
          <Badge tone={rights === 'read' ? 'neutral' : 'accent'}>{t(`rights.${rights}`)}</Badge>
          {isExpired ? <Badge tone="danger">{t('expired')}</Badge> : null}
        </div>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
          <dt className="text-muted">{t('facts.secret')}</dt>
          <dd>
            <code>…{lastFour}</code>
          </dd>
          <dt className="text-muted">{t('facts.made')}</dt>
          <dd>{day(createdAt)}</dd>
          <dt className="text-muted">{t(isExpired ? 'facts.expiredOn' : 'facts.expires')}</dt>
          <dd>{day(expiresAt)}</dd>
          <dt className="text-muted">{t('facts.used')}</dt>
          <dd>{lastUsedAt === null ? t('facts.never') : format.relativeTime(lastUsedAt, sinceUse(lastUsedAt, now))}</dd>
        </dl>
      </div>
      {isExpired ? null : <EndCredential credentialId={id} name={name} />}
    </div>
  );
}
