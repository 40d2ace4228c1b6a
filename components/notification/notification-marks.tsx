'use client';

import { useMutation } from '@tanstack/react-query';
import { createContext, useContext, useState } from 'react';
import type { ReactNode } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';

interface Marks {
  isMarked: (id: string) => boolean;
  mark: (id: string) => void;
  markAll: () => void;
  /** Until the page says that all are read. */
  isMarkingAll: boolean;
}

const MarksContext = createContext<Marks | null>(null);

/** What is being marked as read on the page around it. */
export function useMarks(): Marks {
  const marks = useContext(MarksContext);
  if (marks === null) throw new Error('the page keeps no marks');
  return marks;
}

/** Shows notifications as read at once, when they are marked; what was refused is unread again, and said. */
export function NotificationMarks({ unreadIds, children }: { unreadIds: readonly string[]; children: ReactNode }) {
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const outcome = (ids: readonly string[]) => ({
    onSuccess: refresh,
    onError: (error: unknown) => {
      setMarked((current) => new Set([...current].filter((id) => !ids.includes(id))));
      toast({ tone: 'danger' as const, text: refusalText(error) });
    },
  });
  const one = useMutation(trpc.notifications.markRead.mutationOptions());
  const all = useMutation(trpc.notifications.markAllRead.mutationOptions());
  const show = (ids: readonly string[]) => setMarked((current) => new Set([...current, ...ids]));
  const marks: Marks = {
    isMarked: (id) => marked.has(id),
    mark: (id) => {
      show([id]);
      one.mutateAsync({ notificationId: id }).then(outcome([id]).onSuccess, outcome([id]).onError);
    },
    markAll: () => {
      show(unreadIds);
      all.mutate(undefined, outcome(unreadIds));
    },
    isMarkingAll: all.isPending || (all.isSuccess && isRefreshing),
  };
  return <MarksContext value={marks}>{children}</MarksContext>;
}
