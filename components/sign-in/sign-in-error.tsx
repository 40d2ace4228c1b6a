import { useTranslations } from 'next-intl';

import { Notice } from '#components/ui/notice.tsx';

/** What the citizen can be told about; the code comes from the address, so anything else may stand there. */
const explained = [
  'invalid_username',
  'system_citizen',
  'citizen_not_found',
  'venice_unavailable',
  'sign_in_cancelled',
  'sign_in_failed',
  'rate_limited',
  'database_unavailable',
  'internal',
] as const;

/** Why the last attempt did not work, and what to do; a citizen who only turned back is not alarmed. */
export function SignInError({ code }: { code: string }) {
  const t = useTranslations('sign-in');
  const known = explained.find((candidate) => candidate === code) ?? 'fallback';
  return (
    <Notice tone={known === 'sign_in_cancelled' ? 'info' : 'danger'} title={t('errorTitle')} live>
      <p>{t(`error.${known}`)}</p>
    </Notice>
  );
}
