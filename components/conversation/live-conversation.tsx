'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';

import { useTRPC } from '#components/trpc/client.tsx';

const everyMs = 5_000;

interface LiveConversationProps {
  threadId: string;
  /** The last message on the page. */
  sequence: number;
  unread: number;
}

/** Marks as read what the page shows, and has it drawn again when there is more; only while it is looked at. */
export function LiveConversation({ threadId, sequence, unread }: LiveConversationProps) {
  const trpc = useTRPC();
  const router = useRouter();
  const { mutate } = useMutation(trpc.messages.markRead.mutationOptions());
  const { data } = useQuery({ ...trpc.messages.newest.queryOptions({ threadId }), refetchInterval: everyMs });
  useEffect(() => {
    if (unread > 0) mutate({ threadId, sequence });
  }, [mutate, threadId, sequence, unread]);
  const newest = data?.sequence ?? 0;
  useEffect(() => {
    if (newest > sequence) router.refresh();
  }, [router, newest, sequence]);
  return null;
}
