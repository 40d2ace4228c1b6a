import { cache } from 'react';

import type { Visitor } from '#components/layout/visitor.ts';
import { serverCaller } from '#app/_trpc/server.ts';

/** Who is looking, and what they can spend. Asked once per request by whoever needs it. */
export const readVisitor = cache(async (): Promise<Visitor | null> => {
  const caller = await serverCaller();
  const session = await caller.session.current();
  if (session === null) return null;
  if (session.owesSecondFactor) return { ...session, availableMinor: null, unread: null, unreadMessages: null };
  const [wallet, unread, unreadMessages] = await Promise.all([
    caller.wallet.summary(),
    caller.notifications.unread(),
    caller.messages.unread(),
  ]);
  return { ...session, availableMinor: wallet.availableMinor, unread, unreadMessages };
});
