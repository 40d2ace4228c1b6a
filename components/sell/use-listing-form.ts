'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useRef, useState } from 'react';
import type { SubmitEvent } from 'react';

import { useAttempt } from '#components/form/use-attempt.ts';
import { draftFields, readDraft } from '#components/sell/listing-draft.ts';
import type { ListingDraft } from '#components/sell/listing-draft.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';
import type { ListingTerms } from '#server/market/catalogue/catalogue-schema.ts';

/** The listing that the form was filled from, to notice when it was changed or sold meanwhile. */
export interface EditedListing {
  listingId: string;
  version: number;
  stockSeen: number | null;
}

/** The state of the listing form: what is typed, what is wrong with it, and the call that sends it. */
export function useListingForm(initial: ListingDraft, edited: EditedListing | null) {
  const t = useTranslations('sell.form');
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const attempt = useAttempt();
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(initial);
  const [isChecked, setChecked] = useState(false);
  const publish = useMutation(trpc.listings.publish.mutationOptions());
  const update = useMutation(trpc.listings.update.mutationOptions());
  const send = (terms: ListingTerms) =>
    edited === null ? publish.mutateAsync({ ...terms, key: attempt.key }) : update.mutateAsync({ ...terms, ...edited });
  const sending = useMutation({
    mutationFn: send,
    onSuccess: () => {
      attempt.settle();
      toast({ tone: 'success', text: t(edited === null ? 'published' : 'saved') });
      router.push('/sell');
      router.refresh();
    },
    onError: (error) => {
      attempt.settle(error);
    },
  });
  const { terms, problems } = readDraft(draft);
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setChecked(true);
    if (terms === null) {
      const wrong = draftFields.find((field) => problems[field] !== undefined);
      form.current?.querySelector<HTMLElement>(`[name="${String(wrong)}"]`)?.focus();
    } else if (!sending.isPending) {
      sending.mutate(terms);
    }
  };
  const change = (changed: Partial<ListingDraft>) => {
    setDraft((current) => ({ ...current, ...changed }));
  };
  return { form, draft, change, submit, sending, problems: isChecked ? problems : {} };
}
