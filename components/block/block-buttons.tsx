'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { blockKinds } from '#server/market/people/people-schema.ts';
import type { BlockKind } from '#server/market/people/people-schema.ts';

interface BlockButtonsProps {
  citizen: { citizenId: string; displayName: string };
  /** What is on already. */
  kinds: readonly BlockKind[];
}

/**
 * Blocks and mutes somebody, and takes it back: the one undoes the other, so neither asks first, and it shows before it is
 * done. What is refused goes back.
 */
export function BlockButtons({ citizen, kinds }: BlockButtonsProps) {
  const t = useTranslations('block');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { refresh } = useRefresh();
  const [wanted, setWanted] = useState<Partial<Record<BlockKind, boolean>>>({});
  const isOnNow = (kind: BlockKind) => wanted[kind] ?? kinds.includes(kind);
  const name = citizen.displayName;
  const set = useMutation(
    trpc.blocks.set.mutationOptions({
      onSuccess: (_, { kind, isOn }) => {
        toast({ tone: 'success', text: t('done', { name, what: isOn ? kind : `un${kind}` }) });
        refresh();
      },
      onError: (error, { kind, isOn }) => {
        setWanted((current) => ({ ...current, [kind]: !isOn }));
        toast({ tone: 'danger', text: refusalText(error) });
      },
    }),
  );
  const press = (kind: BlockKind) => {
    const isOn = !isOnNow(kind);
    setWanted((current) => ({ ...current, [kind]: isOn }));
    set.mutate({ citizenId: citizen.citizenId, kind, isOn });
  };
  return (
    <span className="flex flex-wrap gap-2">
      {blockKinds.map((kind) => {
        const isOn = isOnNow(kind);
        const word = isOn ? (`un${kind}` as const) : kind;
        return (
          <Button
            key={kind}
            size="small"
            variant="secondary"
            disabled={!hydrated}
            pending={set.isPending && set.variables.kind === kind}
            aria-label={t(`${word}Of`, { name })}
            onClick={() => press(kind)}
          >
            {t(word)}
          </Button>
        );
      })}
    </span>
  );
}
