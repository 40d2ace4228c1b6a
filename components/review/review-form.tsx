'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { showMistakes } from '#components/form/show-mistakes.ts';
import { StarChoice } from '#components/review/star-choice.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { writeReviewInput } from '#server/market/reviews/review-schema.ts';

interface ReviewFormProps {
  orderId: string;
  /** What was written before and may still be changed. */
  own: { stars: number; text: string } | null;
}

/** Stars and words about the other side of an order; sent again, the same review is changed. */
export function ReviewForm({ orderId, own }: ReviewFormProps) {
  const t = useTranslations('review.form');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const [stars, setStars] = useState<number | null>(own?.stars ?? null);
  const [text, setText] = useState(own?.text ?? '');
  const [isChecked, setChecked] = useState(false);
  const input = writeReviewInput.safeParse({ orderId, stars, text });
  const write = useMutation(
    trpc.reviews.write.mutationOptions({
      onSuccess: () => {
        toast({ tone: 'success', text: t('done') });
        refresh();
      },
    }),
  );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    showMistakes(event.currentTarget, () => setChecked(true));
    if (input.success && !write.isPending) write.mutate(input.data);
  };
  return (
    <form onSubmit={submit} noValidate>
      <NeedsScript />
      <fieldset disabled={!hydrated} className="flex flex-col gap-4">
        <StarChoice name={`stars-${orderId}`} value={stars} onChange={setStars} />
        <Field
          id="review-text"
          label={t('text')}
          hint={t('hint')}
          error={isChecked && !input.success ? t('problem') : undefined}
        >
          {(control) => (
            <Textarea {...control} rows={4} value={text} onChange={({ target }) => setText(target.value)} />
          )}
        </Field>
        {write.isError ? <Notice tone="danger" title={refusalText(write.error)} live /> : null}
        <div>
          <Button type="submit" pending={write.isPending || isRefreshing}>
            {own === null ? t('send') : t('change')}
          </Button>
        </div>
      </fieldset>
    </form>
  );
}
