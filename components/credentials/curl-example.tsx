import { useTranslations } from 'next-intl';

import { CopyButton } from '#components/security/copy-button.tsx';

const variable = 'CASCADE_KEY';
const codes = { invalid: 'invalid_credential', readOnly: 'credential_read_only', used: 'monthly_calls_used' };

/** One line that works on this very host, without the secret in it: what is typed is remembered by shells. */
export function CurlExample({ appUrl }: { appUrl: string }) {
  const t = useTranslations('credentials.example');
  const line = `curl -H "Authorization: Bearer $${variable}" ${appUrl}/api/trpc/session.current`;
  return (
    <section aria-labelledby="credential-example" className="flex flex-col gap-3">
      <h2 id="credential-example" className="text-lg font-semibold">
        {t('title')}
      </h2>
      <p>{t('text', { variable })}</p>
      <code
        role="group"
        aria-label={t('label')}
        className="rounded-md border border-line bg-sunken p-3 text-sm wrap-anywhere"
      >
        {line}
      </code>
      <div>
        <CopyButton label={t('copy')} text={line} done={t('copied')} />
      </div>
      <p className="text-sm text-muted">{t('answers', codes)}</p>
    </section>
  );
}
