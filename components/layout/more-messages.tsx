'use client';

import { NextIntlClientProvider, useLocale, useMessages, type Messages } from 'next-intl';
import type { ReactNode } from 'react';

/** Adds the texts of some islands to those that the frame of the page brought. */
export function MoreMessages({ messages, children }: { messages: Partial<Messages>; children: ReactNode }) {
  const brought = useMessages();
  return (
    <NextIntlClientProvider locale={useLocale()} messages={{ ...brought, ...messages }}>
      {children}
    </NextIntlClientProvider>
  );
}
