import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BannerForm } from '#components/storefront/banner-form.tsx';
import { StorefrontForm } from '#components/storefront/storefront-form.tsx';
import { SellTabs } from '#components/dashboard/sell-tabs.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { TextLink } from '#components/ui/text-link.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('storefront.form');
  return { title: t('heading') };
}

export default async function OwnStorefrontPage() {
  await requireVisitor();
  const caller = await serverCaller();
  const [t, storefront] = await Promise.all([getTranslations('storefront.form'), caller.storefronts.mine()]);
  return (
    <Page>
      <PageHeading title={t('heading')}>
        <p>{t('lead')}</p>
        {storefront.isOpen ? (
          <p>
            <TextLink href={`/sellers/${storefront.slug}`}>{t('see')}</TextLink>
          </p>
        ) : (
          <p>{t('notOpen')}</p>
        )}
      </PageHeading>
      <SellTabs current="storefront" />
      {storefront.hidden.map((part) => (
        <Notice key={part} tone="danger" title={t(`hidden.${part}`)}>
          <p>{t('hidden.text')}</p>
        </Notice>
      ))}
      <NeedsScript />
      <BannerForm initial={{ pictureId: storefront.bannerPictureId, alt: storefront.bannerAlt }} />
      <StorefrontForm key={storefront.version} initial={storefront} />
    </Page>
  );
}
