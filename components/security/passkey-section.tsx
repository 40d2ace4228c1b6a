import { useFormatter, useTranslations } from 'next-intl';

import { AddPasskey } from '#components/security/add-passkey.tsx';
import { FactorSection } from '#components/security/factor-section.tsx';
import { RemovePasskey } from '#components/security/remove-passkey.tsx';
import { RenamePasskey } from '#components/security/rename-passkey.tsx';
import { Badge } from '#components/ui/badge.tsx';
import type { PasskeyView } from '#server/citizens/factors.ts';

/** The citizen's passkeys, and the way to one more. */
export function PasskeySection({ passkeys, isLast }: { passkeys: readonly PasskeyView[]; isLast: boolean }) {
  const t = useTranslations('security');
  const state = passkeys.length === 0 ? <Badge>{t('off')}</Badge> : <Badge tone="success">{t('on')}</Badge>;
  return (
    <FactorSection id="passkeys" title={t('passkeys.title')} text={t('passkeys.text')} state={state}>
      {passkeys.length === 0 ? (
        <p>{t('passkeys.empty')}</p>
      ) : (
        <ul aria-label={t('passkeys.caption')} className="flex flex-col border-t border-line">
          {passkeys.map((passkey) => (
            <PasskeyFacts key={passkey.id} passkey={passkey} isLast={isLast} />
          ))}
        </ul>
      )}
      <AddPasskey key={passkeys.length} number={passkeys.length + 1} />
    </FactorSection>
  );
}

function PasskeyFacts({ passkey, isLast }: { passkey: PasskeyView; isLast: boolean }) {
  const t = useTranslations('security.passkeys');
  const format = useFormatter();
  const { id, name, isSynced, createdAt, lastUsedAt } = passkey;
  const day = (date: Date) => (
    <time dateTime={date.toISOString()}>{format.dateTime(date, { dateStyle: 'medium' })}</time>
  );
  return (
    <li className="flex flex-wrap items-start justify-between gap-3 border-b border-line py-4">
      <div className="flex min-w-0 flex-col gap-2">
        <div className="flex flex-wrap items-center gap-2">
          <h3 className="min-w-0 font-semibold">{name}</h3>
          {isSynced ? <Badge tone="accent">{t('synced')}</Badge> : null}
        </div>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
          <dt className="text-muted">{t('added')}</dt>
          <dd>{day(createdAt)}</dd>
          <dt className="text-muted">{t('used')}</dt>
          <dd>{lastUsedAt === null ? t('neverUsed') : day(lastUsedAt)}</dd>
        </dl>
      </div>
      <div className="flex flex-wrap gap-2">
        <RenamePasskey passkeyId={id} name={name} />
        <RemovePasskey passkeyId={id} name={name} isLast={isLast} />
      </div>
    </li>
  );
}
