import { getMessages } from 'next-intl/server';
import type { ReactNode } from 'react';

import { messagesOf, type Noun } from '#app/_i18n/messages.ts';
import { MoreMessages } from '#components/layout/more-messages.tsx';
import { TRPCProvider } from '#components/trpc/client.tsx';

interface IslandsProps {
  /** Whose texts they say, beside what the frame of the page says. */
  say: readonly Noun[];
  children: ReactNode;
}

/**
 * Where a page has parts that ask the server from the browser: their texts and the client of the procedures. Pages of the
 * catalogue that are only read go without, and stay light.
 */
export async function Islands({ say, children }: IslandsProps) {
  return (
    <MoreMessages messages={messagesOf(await getMessages(), say)}>
      <TRPCProvider>{children}</TRPCProvider>
    </MoreMessages>
  );
}
