import { useTranslations } from 'next-intl';

import { Tabs } from '#components/ui/tabs.tsx';

const places = [
  { key: 'books', href: '/operator' },
  { key: 'money', href: '/operator/money' },
  { key: 'people', href: '/operator/people' },
  { key: 'reports', href: '/operator/reports' },
  { key: 'featured', href: '/operator/featured' },
  { key: 'trust', href: '/operator/trust' },
  { key: 'tiers', href: '/operator/settings' },
  { key: 'process', href: '/operator/process' },
  { key: 'record', href: '/operator/record' },
] as const;

/** The pages of the operator's desk. */
export function DeskTabs({ current }: { current: (typeof places)[number]['key'] }) {
  const t = useTranslations('people.desk');
  const tabs = places.map(({ key, href }) => ({ href, label: t(key), current: key === current }));
  return <Tabs label={t('label')} tabs={tabs} />;
}
