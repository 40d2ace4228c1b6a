'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { AttachField, useBringing } from '#components/conversation/attach-field.tsx';
import type { BroughtFile } from '#components/conversation/attach-field.tsx';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { writeInput } from '#server/market/messages/message-schema.ts';

export type MessageTarget = { threadId: string } | { orderId: string } | { listingId: string };

/** Writes to somebody. One key stands for one message, so that a double click or a lost answer sends no second one. */
export function MessageForm({ target }: { target: MessageTarget }) {
  const t = useTranslations('conversation.form');
  const toast = useToast();
  const refusalText = useRefusalText();
  const attempt = useAttempt();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const [text, setText] = useState('');
  const [files, setFiles] = useState<readonly BroughtFile[]>([]);
  const bringing = useBringing((file) => setFiles((before) => [...before, file]));
  const [isChecked, setChecked] = useState(false);
  const isQuestion = 'listingId' in target;
  const send = useSend(target, {
    onSuccess: () => {
      attempt.settle();
      setText('');
      setFiles([]);
      setChecked(false);
      toast({ tone: 'success', text: isQuestion ? t('asked') : t('sent') });
      refresh();
    },
    onError: attempt.settle,
  });
  const isWrong = !writeInput.shape.text.safeParse(text).success;
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (isWrong || send.isPending || bringing.isSending) return;
    send.mutate({ text, attachmentIds: files.map(({ id }) => id), key: attempt.key });
  };
  return (
    <form onSubmit={submit} noValidate>
      <NeedsScript />
      <fieldset disabled={!hydrated} className="flex flex-col gap-4">
        <Field
          id="message-text"
          label={isQuestion ? t('questionLabel') : t('label')}
          hint={isQuestion ? t('questionHint') : t('hint')}
          error={isChecked && isWrong ? t('problem') : undefined}
        >
          {(control) => (
            <Textarea {...control} rows={3} value={text} onChange={({ target: field }) => setText(field.value)} />
          )}
        </Field>
        {isQuestion ? null : (
          <AttachField files={files} bringing={bringing} isStill={send.isPending} onChange={setFiles} />
        )}
        {send.isError ? <Notice tone="danger" title={refusalText(send.error)} live /> : null}
        <div>
          <Button type="submit" pending={send.isPending || isRefreshing || bringing.isSending}>
            {isQuestion ? t('ask') : t('send')}
          </Button>
        </div>
      </fieldset>
    </form>
  );
}

interface Words {
  text: string;
  attachmentIds: string[];
  key: string;
}

function useSend(target: MessageTarget, on: { onSuccess: () => void; onError: (error: unknown) => void }) {
  const trpc = useTRPC();
  const ask = useMutation(trpc.messages.ask.mutationOptions());
  const write = useMutation(trpc.messages.write.mutationOptions());
  const writeToOrder = useMutation(trpc.messages.writeToOrder.mutationOptions());
  const mutationFn = (words: Words) => {
    if ('threadId' in target) return write.mutateAsync({ ...target, ...words });
    return 'orderId' in target
      ? writeToOrder.mutateAsync({ ...target, ...words })
      : ask.mutateAsync({ ...target, ...words });
  };
  return useMutation({ mutationFn, ...on });
}
