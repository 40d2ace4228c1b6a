'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { PeerFields, wishOf, type PeerTexts } from '#components/send/peer-fields.tsx';
import { SendingPanel } from '#components/send/sending-panel.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Notice } from '#components/ui/notice.tsx';

/** Who, how much, what for; then what it would do; then it is done. */
export function SendForm({ username }: { username: string }) {
  const t = useTranslations('send');
  const trpc = useTRPC();
  const router = useRouter();
  const queries = useQueryClient();
  const attempt = useAttempt();
  const refusalText = useRefusalText();
  const [texts, setTexts] = useState<PeerTexts>({ username, amount: '', note: '' });
  const [isChecked, setChecked] = useState(false);
  const look = useMutation({
    mutationFn: ({ username: name, amountMinor }: { username: string; amountMinor: bigint }) =>
      queries.query({
        ...trpc.peerTransfers.preview.queryOptions({ username: name, amountMinor }),
        staleTime: 0,
        retry: false,
      }),
  });
  const send = useMutation(
    trpc.peerTransfers.send.mutationOptions({
      onSuccess: ({ peerTransferId }) => {
        attempt.settle();
        router.push(`/wallet/sent/${peerTransferId}`);
      },
      onError: (failure) => attempt.settle(failure),
    }),
  );
  const wish = wishOf(texts);
  const change = (next: PeerTexts) => {
    setTexts(next);
    look.reset();
    send.reset();
  };
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (wish !== null && !look.isPending) look.mutate(wish);
  };
  const failure = look.error ?? send.error;
  return (
    <div className="grid items-start gap-6 lg:grid-cols-2 lg:gap-10">
      <ReadyForm onSubmit={submit} className="flex flex-col gap-4">
        <PeerFields prefix="send" texts={texts} isChecked={isChecked} onChange={change} />
        <div>
          <Button type="submit" variant={look.isSuccess ? 'secondary' : 'primary'} pending={look.isPending}>
            {t('look')}
          </Button>
        </div>
      </ReadyForm>
      <Card as="section" labelledBy="sending">
        <div className="flex flex-col gap-4">
          <h2 id="sending" className="text-lg font-semibold">
            {t('preview.title')}
          </h2>
          {look.data === undefined ? <p className="text-muted">{t('preview.empty')}</p> : null}
          {failure === null ? null : <Notice tone="danger" title={refusalText(failure)} live />}
          {look.data === undefined || wish === null ? null : (
            <SendingPanel
              preview={look.data}
              note={wish.note}
              isPending={send.isPending || send.isSuccess}
              onSend={() => send.mutate({ ...wish, key: attempt.key })}
            />
          )}
        </div>
      </Card>
    </div>
  );
}
