'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { ReadyForm } from '#components/form/ready-form.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Input } from '#components/ui/input.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useRefresh } from '#components/ui/use-refresh.ts';
import { thresholdInput, thresholdMax } from '#server/market/dashboards/dashboard-schema.ts';

interface ThresholdFormProps {
  listing: { id: string; title: string };
  threshold: number;
}

/** From how many pieces on the seller of a listing wants to be told. */
export function ThresholdForm({ listing, threshold }: ThresholdFormProps) {
  const t = useTranslations('sell.threshold');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [text, setText] = useState(String(threshold));
  const [isWrong, setWrong] = useState(false);
  const save = useMutation(
    trpc.selling.setThreshold.mutationOptions({
      onSuccess: (saved) => {
        toast({ tone: 'success', text: t('saved', { count: saved.threshold }) });
        refresh();
      },
      onError: (error) => toast({ tone: 'danger', text: refusalText(error) }),
    }),
  );
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    const given = /^\d{1,4}$/.test(text.trim()) ? Number.parseInt(text, 10) : -1;
    const read = thresholdInput.safeParse({ listingId: listing.id, threshold: given });
    setWrong(!read.success);
    if (!read.success) event.currentTarget.querySelector('input')?.focus();
    else if (!save.isPending) save.mutate(read.data);
  };
  const id = `threshold-${listing.id}`;
  return (
    <ReadyForm onSubmit={submit} className="flex flex-col gap-1">
      <label htmlFor={id} className="text-sm text-muted">
        {t('label')}
      </label>
      <span className="flex items-center gap-2">
        <span className="w-16">
          <Input
            id={id}
            aria-label={t('of', { title: listing.title })}
            aria-invalid={isWrong || undefined}
            aria-describedby={isWrong ? `${id}-error` : undefined}
            inputMode="numeric"
            autoComplete="off"
            maxLength={4}
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        </span>
        <Button type="submit" variant="secondary" size="small" pending={save.isPending || isRefreshing}>
          {t('save')}
        </Button>
      </span>
      {isWrong ? (
        <p id={`${id}-error`} role="alert" className="text-sm font-medium text-danger">
          {t('problem', { max: thresholdMax })}
        </p>
      ) : null}
    </ReadyForm>
  );
}
