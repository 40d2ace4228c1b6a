import { useTranslations } from 'next-intl';

import { Tabs } from '#components/ui/tabs.tsx';

const places = [
  { key: 'overview', href: '/sell/overview' },
  { key: 'listings', href: '/sell' },
  { key: 'discounts', href: '/sell/discounts' },
  { key: 'storefront', href: '/sell/storefront' },
] as const;

/** The pages of a seller. */
export function SellTabs({ current }: { current: (typeof places)[number]['key'] }) {
  const t = useTranslations('dashboard.tabs');
  return (
    <Tabs
      label={t('label')}
      tabs={places.map(({ key, href }) => ({ href, label: t(key), current: key === current }))}
    />
  );
}
