import { getTranslations } from 'next-intl/server';

import { Page } from '#components/layout/page.tsx';
import { ErrorState } from '#components/ui/error-state.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';

export default async function Forbidden() {
  const t = await getTranslations('errors.forbidden');
  const common = await getTranslations('common');
  return (
    <Page>
      <ErrorState title={t('title')} actions={<LinkButton href="/">{common('home')}</LinkButton>}>
        <p>{t('text')}</p>
      </ErrorState>
    </Page>
  );
}
