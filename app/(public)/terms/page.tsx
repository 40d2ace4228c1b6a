import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { languageAlternates } from '#app/_reading/addresses.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { TextSections } from '#components/page-text/text-sections.tsx';
import { ageYearsMin, termsVersion } from '#server/citizens/terms-schema.ts';

const sections = [
  'who',
  'ducats',
  'buying',
  'cashOut',
  'market',
  'prices',
  'words',
  'sending',
  'disputes',
  'end',
] as const;
/** Those that take two paragraphs. */
const longer = ['who', 'ducats', 'buying', 'cashOut', 'market', 'prices'] as const;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('terms');
  return { title: t('title'), alternates: await languageAlternates() };
}

export default async function TermsPage() {
  const t = await getTranslations('terms');
  const more = (key: (typeof sections)[number]) => longer.find((each) => each === key);
  return (
    <Page width="prose">
      <PageHeading title={t('title')}>{t('lead', { version: termsVersion })}</PageHeading>
      <TextSections
        sections={sections.map((key) => {
          const second = more(key);
          const first = t(`sections.${key}.text`, { age: ageYearsMin });
          const paragraphs = second === undefined ? [first] : [first, t(`sections.${second}.more`)];
          return { key, title: t(`sections.${key}.title`), paragraphs };
        })}
      />
    </Page>
  );
}
