'use client';

import { useMutation } from '@tanstack/react-query';
import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { useToast } from '#components/ui/toast.tsx';
import type { NotificationTopic } from '#server/citizens/schema.ts';

interface TopicSettingsProps {
  topics: readonly { topic: NotificationTopic; byEmail: boolean; isFixed: boolean }[];
}

/** Which topics come by e-mail as well; what concerns the safety of the account always does. */
export function TopicSettings({ topics }: TopicSettingsProps) {
  const t = useTranslations('notification');
  const locale = useLocale();
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  // What was chosen shows at once; the server's word replaces it, and a refusal takes it back.
  const [chosen, setChosen] = useState<Partial<Record<NotificationTopic, boolean>>>({});
  const set = useMutation(
    trpc.notifications.setTopic.mutationOptions({
      onSuccess: () => toast({ tone: 'success', text: t('saved') }),
      onError: (error) => {
        setChosen({});
        toast({ tone: 'danger', text: refusalText(error) });
      },
      onSettled: refresh,
    }),
  );
  const isBusy = set.isPending || isRefreshing;
  return (
    <fieldset className="flex flex-col gap-3">
      <legend className="mb-2 text-sm text-muted">{t('byEmail')}</legend>
      {topics.map(({ topic, byEmail, isFixed }) => (
        <label key={topic} className="flex items-start gap-3">
          <input
            type="checkbox"
            className="mt-1 size-5 shrink-0 accent-accent"
            checked={chosen[topic] ?? byEmail}
            disabled={isFixed || !hydrated}
            onChange={(event) => {
              if (isBusy) return;
              const wish = event.currentTarget.checked;
              setChosen({ ...chosen, [topic]: wish });
              set.mutate({ topic, byEmail: wish, locale });
            }}
          />
          <span className="flex flex-col">
            <span className="font-medium">{t(`topic.${topic}.name`)}</span>
            <span className="text-sm text-muted">{t(`topic.${topic}.text`)}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}
