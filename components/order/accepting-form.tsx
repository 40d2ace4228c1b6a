'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Whether a seller's orders accept themselves. */
export function AcceptingForm({ acceptsItself }: { acceptsItself: boolean }) {
  const t = useTranslations('order.setting');
  const trpc = useTRPC();
  const toast = useToast();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const save = useMutation(
    trpc.orders.setSetting.mutationOptions({
      onSuccess: () => {
        toast({ tone: 'success', text: t('saved') });
        refresh();
      },
    }),
  );
  const shown = save.isPending ? save.variables.acceptsItself : acceptsItself;
  return (
    <fieldset disabled={!hydrated || save.isPending || isRefreshing} className="flex min-w-0 flex-col gap-1">
      <legend className="text-lg font-semibold">{t('title')}</legend>
      <p className="text-muted">{t('text')}</p>
      <label className="flex min-h-control cursor-pointer items-center gap-3 select-none">
        <input
          type="checkbox"
          className="size-icon shrink-0 accent-accent"
          checked={shown}
          onChange={({ target }) => save.mutate({ acceptsItself: target.checked })}
        />
        {t('label')}
      </label>
      {save.isError ? <Notice tone="danger" title={refusalText(save.error)} live /> : null}
    </fieldset>
  );
}
