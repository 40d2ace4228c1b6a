'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

/** Confirms an address by a press of a button: whatever only looks at links in mail does not press it. */
export function VerifyEmail({ token }: { token: string }) {
  const t = useTranslations('account.verify');
  const trpc = useTRPC();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const verify = useMutation(trpc.contact.verify.mutationOptions());
  if (verify.isSuccess) {
    return (
      <div className="flex flex-col items-start gap-4">
        <Notice tone="success" title={t('done')} live />
        <LinkButton href="/account/contact" variant="secondary" prefetch={false}>
          {t('toContact')}
        </LinkButton>
      </div>
    );
  }
  return (
    <div className="flex flex-col items-start gap-4">
      {verify.isError ? <Notice tone="danger" title={refusalText(verify.error)} live /> : null}
      <Button disabled={!hydrated} pending={verify.isPending} onClick={() => verify.mutate({ token })}>
        {t('confirm')}
      </Button>
    </div>
  );
}
