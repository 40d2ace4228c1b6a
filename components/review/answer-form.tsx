'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { answerReviewInput } from '#server/market/reviews/review-schema.ts';

/** The one answer of whoever is reviewed, behind a button. */
export function AnswerForm({ reviewId }: { reviewId: string }) {
  const t = useTranslations('review.answer');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const [isOpen, setOpen] = useState(false);
  const [text, setText] = useState('');
  const [isChecked, setChecked] = useState(false);
  const input = answerReviewInput.safeParse({ reviewId, text });
  const answer = useMutation(
    trpc.reviews.answer.mutationOptions({
      onSuccess: () => {
        toast({ tone: 'success', text: t('done') });
        refresh();
      },
    }),
  );
  if (!isOpen)
    return (
      <div>
        <Button size="small" variant="secondary" disabled={!hydrated} onClick={() => setOpen(true)}>
          {t('open')}
        </Button>
      </div>
    );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (input.success && !answer.isPending) answer.mutate(input.data);
  };
  return (
    <form onSubmit={submit} noValidate className="flex flex-col gap-4">
      <Field
        id={`answer-${reviewId}`}
        label={t('label')}
        hint={t('hint')}
        error={isChecked && !input.success ? t('problem') : undefined}
      >
        {(control) => <Textarea {...control} rows={3} value={text} onChange={({ target }) => setText(target.value)} />}
      </Field>
      {answer.isError ? <Notice tone="danger" title={refusalText(answer.error)} live /> : null}
      <div>
        <Button type="submit" size="small" pending={answer.isPending || isRefreshing}>
          {t('send')}
        </Button>
      </div>
    </form>
  );
}
