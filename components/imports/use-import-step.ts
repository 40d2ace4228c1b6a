'use client';

import { useMutation } from '@tanstack/react-query';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import type { ImportRule } from '#server/market/imports/import-schema.ts';

/** Begins, stops or takes back an import. The server answers a step that is repeated as it did the first time. */
export function useImportStep(importId: string) {
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const start = useMutation(trpc.imports.start.mutationOptions());
  const cancel = useMutation(trpc.imports.cancel.mutationOptions());
  const undo = useMutation(trpc.imports.undo.mutationOptions());
  const after = (done: string) => ({
    onSuccess: () => {
      toast({ tone: 'success', text: done });
      refresh();
    },
    onError: (error: unknown) => {
      toast({ tone: 'danger', text: refusalText(error) });
      refresh();
    },
  });
  return {
    start: (rule: ImportRule, done: string) => start.mutate({ importId, rule }, after(done)),
    cancel: (done: string) => cancel.mutate({ importId }, after(done)),
    undo: (done: string) => undo.mutate({ importId }, after(done)),
    isPending: start.isPending || cancel.isPending || undo.isPending || isRefreshing,
  };
}
