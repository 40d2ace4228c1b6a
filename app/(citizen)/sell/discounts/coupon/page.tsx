import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireVisitor } from '#app/_reading/reading.ts';

import { CouponForm } from '#components/discounts/coupon-form.tsx';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { BackLink } from '#components/ui/back-link.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('discounts.form');
  return { title: t('couponTitle') };
}

export default async function NewCouponPage() {
  await requireVisitor();
  const t = await getTranslations('discounts');
  return (
    <Page width="wide">
      <div className="flex flex-col gap-2">
        <BackLink href="/sell/discounts">{t('title')}</BackLink>
        <PageHeading title={t('form.couponTitle')}>{t('form.couponLead')}</PageHeading>
      </div>
      <NeedsScript />
      <CouponForm />
    </Page>
  );
}
