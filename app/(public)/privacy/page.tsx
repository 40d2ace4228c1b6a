import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { languageAlternates } from '#app/_reading/addresses.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { linkInText } from '#components/page-text/link-in-text.tsx';
import { TextSections } from '#components/page-text/text-sections.tsx';

const sections = ['venice', 'contact', 'money', 'market', 'reports', 'technical', 'who', 'yours'] as const;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('privacy');
  return { title: t('title'), description: t('lead'), alternates: await languageAlternates() };
}

export default async function PrivacyPage() {
  const t = await getTranslations('privacy');
  return (
    <Page width="prose">
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <TextSections
        sections={sections.map((key) => ({
          key,
          title: t(`sections.${key}.title`),
          paragraphs: [t.rich(`sections.${key}.text`, { data: linkInText('/account/data') })],
        }))}
      />
    </Page>
  );
}
