import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { languageAlternates } from '#app/_reading/addresses.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { linkInText } from '#components/page-text/link-in-text.tsx';
import { TextSections } from '#components/page-text/text-sections.tsx';

const sections = [
  'begin',
  'held',
  'cashOut',
  'order',
  'price',
  'gift',
  'refund',
  'send',
  'limit',
  'report',
  'wrong',
] as const;
const links = {
  topUp: linkInText('/wallet/top-up'),
  sell: linkInText('/sell/new'),
  import: linkInText('/sell/import'),
  offers: linkInText('/offers'),
  wishes: linkInText('/account/wishlist'),
  cart: linkInText('/cart'),
  gifts: linkInText('/orders?tab=gifts'),
  fees: linkInText('/fees'),
  send: linkInText('/wallet/send'),
  requests: linkInText('/wallet/requests?side=asked'),
  trust: linkInText('/account/trust'),
};

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('help');
  return { title: t('title'), description: t('lead'), alternates: await languageAlternates() };
}

export default async function HelpPage() {
  const t = await getTranslations('help');
  return (
    <Page width="prose">
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <TextSections
        sections={sections.map((key) => ({
          key,
          title: t(`sections.${key}.title`),
          paragraphs: [t.rich(`sections.${key}.text`, links)],
        }))}
      />
    </Page>
  );
}
