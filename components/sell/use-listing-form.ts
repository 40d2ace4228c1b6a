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
import type { CategoryAttributeView, CategoryNode } from '#server/market/catalogue/details-schema.ts';

/** The listing that the form was filled from, to notice when it was changed or sold meanwhile. */
export interface EditedListing {
  listingId: string;
  version: number;
  stockSeen: number | null;
}

interface FormStart {
  initial: ListingDraft;
  /** Null for a new listing. */
  edited: EditedListing | null;
  tree: readonly CategoryNode[];
}

/** The state of the listing form: what is typed, what is wrong with it, and the call that sends it. */
export function useListingForm({ initial, edited, tree }: FormStart) {
  const form = useRef<HTMLFormElement>(null);
  const [draft, setDraft] = useState(initial);
  const [isChecked, setChecked] = useState(false);
  const [uploads, setUploads] = useState(0);
  const sending = useSending(edited);
  const asked: readonly CategoryAttributeView[] = tree.find(({ slug }) => slug === draft.category)?.attributes ?? [];
  const { terms, problems } = readDraft(draft, asked);
  const send = (isDraft: boolean) => {
    setChecked(true);
    if (terms === null) {
      const wrong = draftFields.find((field) => problems[field] !== undefined);
      form.current?.querySelector<HTMLElement>(`[name="${String(wrong)}"]`)?.focus();
    } else if (!sending.isPending && uploads === 0) {
      sending.mutate({ terms, isDraft });
    }
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    send(false);
  };
  const change = (changed: Partial<ListingDraft> | ((current: ListingDraft) => Partial<ListingDraft>)) => {
    setDraft((current) => ({ ...current, ...(typeof changed === 'function' ? changed(current) : changed) }));
  };
  /** What is still on its way would be missing from what is sent. */
  const onBusy = (isBusy: boolean) => setUploads((count) => count + (isBusy ? 1 : -1));
  const isUploading = uploads > 0;
  return {
    form,
    draft,
    asked,
    change,
    submit,
    send,
    sending,
    onBusy,
    isUploading,
    problems: isChecked ? problems : {},
  };
}

/** Publishes, keeps as a draft or saves, and goes back to the seller's listings. */
function useSending(edited: EditedListing | null) {
  const t = useTranslations('sell.form');
  const trpc = useTRPC();
  const router = useRouter();
  const toast = useToast();
  const attempt = useAttempt();
  const publish = useMutation(trpc.listings.publish.mutationOptions());
  const update = useMutation(trpc.listings.update.mutationOptions());
  return useMutation({
    mutationFn: ({ terms, isDraft }: { terms: ListingTerms; isDraft: boolean }) =>
      edited === null
        ? publish.mutateAsync({ ...terms, isDraft, key: attempt.key })
        : update.mutateAsync({ ...terms, ...edited }),
    onSuccess: (_receipt, { isDraft }) => {
      attempt.settle();
      const done = isDraft ? 'kept' : 'published';
      toast({ tone: 'success', text: t(edited === null ? done : 'saved') });
      router.push('/sell');
      router.refresh();
    },
    onError: (error) => {
      attempt.settle(error);
    },
  });
}
