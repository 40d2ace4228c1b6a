import { getTranslations } from 'next-intl/server';

import { Page } from '#components/layout/page.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';

export async function generateMetadata() {
  const t = await getTranslations('errors.notFound');
  return { title: t('title') };
}

export default async function NotFound() {
  const t = await getTranslations('errors.notFound');
  const common = await getTranslations('common');
  return (
    <Page>
      <ErrorState
        title={t('title')}
        actions={
          <>
            <LinkButton href="/market">{common('market')}</LinkButton>
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
