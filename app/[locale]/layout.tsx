import { notFound } from 'next/navigation';
import type { ReactNode } from 'react';

import { isLocale } from '#app/_i18n/locale.ts';

interface LocaleLayoutProps {
  params: Promise<{ locale: string }>;
  children: ReactNode;
}

/** Public pages under their language. Any other first word of an address is a page that does not exist. */
export default async function LocaleLayout({ params, children }: LocaleLayoutProps) {
  if (!isLocale((await params).locale)) notFound();
  return children;
}
