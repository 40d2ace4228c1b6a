'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import type { SubmitEvent } from 'react';

import { outcomeOf } from '#components/errors/outcome.ts';
import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { Textarea } from '#components/ui/textarea.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import {
  saveStorefrontInput,
  storefrontAboutLengthMax,
  storefrontTitleLengthMax,
  type OwnStorefront,
} from '#server/market/search/storefront-schema.ts';

/** What a seller says about themselves, and at which address. */
export function StorefrontForm({ initial }: { initial: OwnStorefront }) {
  const t = useTranslations('storefront.form');
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const [draft, setDraft] = useState(initial);
  const [isChecked, setChecked] = useState(false);
  const save = useMutation(
    trpc.storefronts.save.mutationOptions({
      onSuccess: (saved) => {
        toast({ tone: 'success', text: t('saved') });
        setDraft((current) => ({ ...current, ...saved }));
        setChecked(false);
        router.refresh();
      },
    }),
  );
  const read = saveStorefrontInput.safeParse(draft);
  const wrong = new Set(isChecked && !read.success ? read.error.issues.map(({ path }) => String(path[0])) : []);
  const isTaken = save.isError && outcomeOf(save.error).code === 'slug_taken';
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setChecked(true);
    if (read.success && !save.isPending) save.mutate(read.data);
    else if (!read.success) {
      const first = String(read.error.issues[0]?.path[0]);
      event.currentTarget.querySelector<HTMLElement>(`[name="${first}"]`)?.focus();
    }
  };
  const change = (changed: Partial<OwnStorefront>) => setDraft((current) => ({ ...current, ...changed }));
  return (
    <form onSubmit={submit} noValidate className="flex max-w-form flex-col gap-6">
      <fieldset disabled={!hydrated} className="flex min-w-0 flex-col gap-6">
        <Field
          id="storefront-slug"
          label={t('slug')}
          hint={t('slugHint')}
          error={wrong.has('slug') ? t('slugProblem') : isTaken ? refusalText(save.error) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              name="slug"
              value={draft.slug}
              maxLength={40}
              autoCapitalize="none"
              spellCheck={false}
              onChange={(event) => change({ slug: event.target.value.toLowerCase() })}
            />
          )}
        </Field>
        <Field
          id="storefront-title"
          label={t('title')}
          hint={t('titleHint')}
          error={wrong.has('title') ? t('titleProblem', { max: storefrontTitleLengthMax }) : undefined}
        >
          {(control) => (
            <Input
              {...control}
              name="title"
              value={draft.title}
              maxLength={storefrontTitleLengthMax}
              onChange={(event) => change({ title: event.target.value })}
            />
          )}
        </Field>
        <Field
          id="storefront-about"
          label={t('about')}
          hint={t('aboutHint')}
          error={wrong.has('about') ? t('aboutProblem', { max: storefrontAboutLengthMax }) : undefined}
        >
          {(control) => (
            <Textarea
              {...control}
              name="about"
              rows={8}
              value={draft.about}
              maxLength={storefrontAboutLengthMax}
              onChange={(event) => change({ about: event.target.value })}
            />
          )}
        </Field>
      </fieldset>
      {save.isError && !isTaken ? <Notice tone="danger" title={refusalText(save.error)} live /> : null}
      <div>
        <Button type="submit" disabled={!hydrated} pending={save.isPending}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}
