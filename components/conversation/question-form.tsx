'use client';

import { lazy, Suspense } from 'react';

import { NeedsScript } from '#components/form/needs-script.tsx';
import { Skeleton } from '#components/ui/skeleton.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

const MessageForm = lazy(async () => {
  const { MessageForm: form } = await import('#components/conversation/message-form.tsx');
  return { default: form };
});

/** Asks the seller. It stands far below what the page is read for, so what it is made of is loaded after that. */
export function QuestionForm({ listingId }: { listingId: string }) {
  const hydrated = useHydrated();
  const space = (
    <div aria-hidden="true" className="flex h-[230px] flex-col gap-2">
      <Skeleton shape="short" />
      <Skeleton shape="control" />
    </div>
  );
  if (!hydrated) {
    return (
      <>
        <NeedsScript />
        {space}
      </>
    );
  }
  return (
    <Suspense fallback={space}>
      <MessageForm target={{ listingId }} />
    </Suspense>
  );
}
