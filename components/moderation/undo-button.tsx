'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { DecisionDialog } from '#components/moderation/decision-dialog.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Takes a decision back, with a reason. */
export function UndoButton({ decisionId }: { decisionId: string }) {
  const t = useTranslations('moderation.undo');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const [isOpen, setOpen] = useState(false);
  const undo = useMutation(
    trpc.operator.moderation.undo.mutationOptions({
      onSuccess: () => {
        setOpen(false);
        refresh();
      },
    }),
  );
  return (
    <>
      <Button size="small" variant="secondary" disabled={!hydrated} onClick={() => setOpen(true)}>
        {t('open')}
      </Button>
      <DecisionDialog
        id={decisionId}
        open={isOpen}
        title={t('title')}
        text={t('text')}
        submitLabel={t('open')}
        isDangerous={false}
        pending={undo.isPending || isRefreshing}
        error={undo.error}
        onClose={() => setOpen(false)}
        onSubmit={(reason) => undo.mutate({ decisionId, reason })}
      />
    </>
  );
}
