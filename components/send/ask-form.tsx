'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { PeerFields, wishOf, type PeerTexts } from '#components/send/peer-fields.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';

const nothing: PeerTexts = { username: '', amount: '', note: '' };

/** Asks another citizen for ducats; nothing moves until they pay. */
export function AskForm() {
  const t = useTranslations('send.ask');
  const trpc = useTRPC();
  const toast = useToast();
  const attempt = useAttempt();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [texts, setTexts] = useState(nothing);
  const [isChecked, setChecked] = useState(false);
  const ask = useMutation(
    trpc.ducatRequests.ask.mutationOptions({
      onSuccess: () => {
        attempt.settle();
        setTexts(nothing);
        setChecked(false);
        toast({ tone: 'success', text: t('done') });
        refresh();
      },
      onError: (failure) => attempt.settle(failure),
    }),
  );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    const wish = wishOf(texts);
    if (wish !== null && !ask.isPending) ask.mutate({ ...wish, key: attempt.key });
  };
  return (
    <ReadyForm onSubmit={submit} className="flex max-w-form flex-col gap-4">
      <PeerFields prefix="ask" texts={texts} isChecked={isChecked} onChange={setTexts} />
      {ask.isError ? <Notice tone="danger" title={refusalText(ask.error)} live /> : null}
      <div>
        <Button type="submit" pending={ask.isPending || isRefreshing}>
          {t('submit')}
        </Button>
      </div>
    </ReadyForm>
  );
}
