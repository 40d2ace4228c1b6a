import './globals.css';

import type { Metadata, Viewport } from 'next';
import { NextIntlClientProvider } from 'next-intl';
import { getLocale, getMessages, getTranslations } from 'next-intl/server';
import { cookies } from 'next/headers';
import type { ReactNode } from 'react';

import { fontVariables } from '#app/_fonts/fonts.ts';
import { messagesOf, spokenByFrame } from '#app/_i18n/messages.ts';
import { readCartCount } from '#app/_reading/cart.ts';
import { readVisitor } from '#app/_reading/visitor.ts';
import { BottomNav } from '#components/layout/bottom-nav.tsx';
import { Footer } from '#components/layout/footer.tsx';
import { Header } from '#components/layout/header.tsx';
import { factorBannerCookie, themeCookie, themeOf } from '#components/layout/preferences.ts';
import { SandboxBar } from '#components/layout/sandbox-bar.tsx';
import { SkipLink } from '#components/layout/skip-link.tsx';
import { FactorBanner } from '#components/security/factor-banner.tsx';
import { ToastProvider } from '#components/ui/toast.tsx';
import { deployment } from '#server/api/deployment.ts';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('layout');
  return {
    metadataBase: new URL(deployment().appUrl),
    title: { default: t('title'), template: t('titleTemplate') },
    description: t('description'),
    applicationName: 'CASCADE',
    other: { 'cascade-instance': deployment().instance },
  };
}

export const viewport: Viewport = {
  width: 'device-width',
  initialScale: 1,
};

export default async function RootLayout({ children }: { children: ReactNode }) {
  const [locale, messages, requestCookies, visitor, inCart] = await Promise.all([
    getLocale(),
    getMessages(),
    cookies(),
    readVisitor(),
    readCartCount(),
  ]);
  const common = await getTranslations('common');
  const theme = themeOf(requestCookies.get(themeCookie)?.value);
  const isBannerDue = visitor?.hasSecondFactor === false && !requestCookies.has(factorBannerCookie);
  const spoken = [
    ...spokenByFrame,
    visitor === null ? [] : ['notification' as const],
    isBannerDue ? ['security' as const] : [],
  ].flat();
  return (
    <html lang={locale} data-theme={theme} className={fontVariables}>
      <body className="flex flex-col bg-page font-sans text-text antialiased">
        <NextIntlClientProvider messages={messagesOf(messages, spoken)}>
          <ToastProvider closeLabel={common('close')}>
            <SkipLink />
            {deployment().isSandbox ? <SandboxBar /> : null}
            <Header visitor={visitor} inCart={inCart} theme={theme} />
            <main id="main" tabIndex={-1} className="flex w-full flex-1 flex-col outline-none">
              {isBannerDue ? <FactorBanner /> : null}
              {children}
            </main>
            <Footer />
            <BottomNav />
          </ToastProvider>
        </NextIntlClientProvider>
      </body>
    </html>
  );
}
