'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useAttempt } from '#components/form/use-attempt.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import type { ListingFilter } from '#server/market/search/search-schema.ts';
import { savedSearchNameLengthMax } from '#server/market/search/storefront-schema.ts';

/** Keeps the search that the market was left with, under a name. */
export function SaveSearchForm({ filter, suggestion }: { filter: ListingFilter; suggestion: string }) {
  const t = useTranslations('searches');
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const attempt = useAttempt();
  const [name, setName] = useState(suggestion.slice(0, savedSearchNameLengthMax));
  const [isChecked, setChecked] = useState(false);
  const save = useMutation(
    trpc.search.save.mutationOptions({
      onSuccess: () => {
        attempt.settle();
        toast({ tone: 'success', text: t('saved') });
        router.replace('/account/searches');
        router.refresh();
      },
      onError: (error) => attempt.settle(error),
    }),
  );
  const isValid = name.trim() !== '';
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    if (!isValid) event.currentTarget.querySelector('input')?.focus();
    else if (!save.isPending) save.mutate({ key: attempt.key, name, filter });
  };
  return (
    <form onSubmit={submit} noValidate className="flex max-w-form flex-col gap-4">
      <fieldset disabled={!hydrated}>
        <Field
          id="search-name"
          label={t('name')}
          hint={t('nameHint')}
          error={isChecked && !isValid ? t('nameProblem') : undefined}
        >
          {(control) => (
            <Input
              {...control}
              value={name}
              maxLength={savedSearchNameLengthMax}
              onChange={(event) => setName(event.target.value)}
            />
          )}
        </Field>
      </fieldset>
      {save.isError ? <Notice tone="danger" title={refusalText(save.error)} live /> : null}
      <div>
        <Button type="submit" disabled={!hydrated} pending={save.isPending || save.isSuccess}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}
