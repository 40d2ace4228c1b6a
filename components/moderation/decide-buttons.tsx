'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { DecisionDialog } from '#components/moderation/decision-dialog.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import type { ModerationAction, SubjectKind } from '#server/market/people/people-schema.ts';

interface DecideButtonsProps {
  subjectKind: SubjectKind;
  subjectId: string;
  actions: readonly ModerationAction[];
}

/** What an operator may decide about a reported thing. */
export function DecideButtons({ subjectKind, subjectId, actions }: DecideButtonsProps) {
  const t = useTranslations('moderation');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const [chosen, setChosen] = useState<ModerationAction | null>(null);
  const decide = useMutation(
    trpc.operator.moderation.decide.mutationOptions({
      onSuccess: () => {
        setChosen(null);
        refresh();
      },
    }),
  );
  const shown = chosen ?? 'dismiss';
  return (
    <span className="flex flex-wrap gap-2">
      {actions.map((action) => (
        <Button
          key={action}
          size="small"
          variant={action === 'hide' || action === 'pause' ? 'danger' : 'secondary'}
          disabled={!hydrated}
          onClick={() => setChosen(action)}
        >
          {t(`actions.${action}`)}
        </Button>
      ))}
      <DecisionDialog
        id={`${subjectKind}-${subjectId}`}
        open={chosen !== null}
        title={t('decide.title', { action: t(`actions.${shown}`), kind: t(`kinds.${subjectKind}`) })}
        text={t(`decide.text.${shown}`)}
        submitLabel={t(`actions.${shown}`)}
        isDangerous={shown === 'hide' || shown === 'pause'}
        pending={decide.isPending || isRefreshing}
        error={decide.error}
        onClose={() => setChosen(null)}
        onSubmit={(reason) => decide.mutate({ subjectKind, subjectId, action: shown, reason })}
      />
    </span>
  );
}
