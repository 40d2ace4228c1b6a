import { useTranslations } from 'next-intl';

import { Notice } from '#components/ui/notice.tsx';

type ErrorCode = Parameters<ReturnType<typeof useTranslations<'sign-in.error'>>>[0];

/** Why the last attempt did not work, and what to do; a citizen who only turned back is not alarmed. */
export function SignInError({ code }: { code: string }) {
  const t = useTranslations('sign-in');
  const byCode = useTranslations('sign-in.error');
  const key = code as ErrorCode;
  return (
    <Notice tone={code === 'sign_in_cancelled' ? 'info' : 'danger'} title={t('errorTitle')} live>
      <p>{byCode.has(key) ? byCode(key) : byCode('fallback')}</p>
    </Notice>
  );
}
