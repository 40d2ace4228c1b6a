'use client';

import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { startTransition } from 'react';

import { Page } from '#components/layout/page.tsx';
import { Button } from '#components/ui/button.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';

export default function ErrorPage({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const t = useTranslations('failure');
  const common = useTranslations('common');
  const router = useRouter();
  const again = () => {
    startTransition(() => {
      router.refresh();
      reset();
    });
  };
  return (
    <Page>
      <ErrorState
        title={t('title')}
        reference={error.digest === undefined ? undefined : t('reference', { reference: error.digest })}
        actions={
          <>
            <Button onClick={again}>{common('retry')}</Button>
            <LinkButton href="/" variant="secondary">
              {common('home')}
            </LinkButton>
          </>
        }
      >
        <p>{t('text')}</p>
      </ErrorState>
    </Page>
  );
}
