'use client';

import { useMutation } from '@tanstack/react-query';
import { KeyRound } from 'lucide-react';
import { useTranslations } from 'next-intl';

import { askForPasskey } from '#components/security/passkey-browser.ts';
import { usePasskeyProblem } from '#components/security/use-passkey-problem.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

/** Signs in by a passkey alone; then the whole page is asked for anew, as the citizen it belongs to. */
export function PasskeyButton({ returnTo }: { returnTo: string }) {
  const t = useTranslations('security.signIn');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const problemText = usePasskeyProblem();
  const challenge = useMutation(trpc.passkeySignIn.challenge.mutationOptions());
  const verify = useMutation(trpc.passkeySignIn.verify.mutationOptions());
  const signIn = useMutation({
    mutationFn: async () => {
      const options = await challenge.mutateAsync();
      const response = await askForPasskey(options);
      await verify.mutateAsync({ response });
    },
    onSuccess: () => {
      window.location.assign(returnTo);
    },
  });
  return (
    <div className="flex flex-col gap-4">
      <Button
        variant="secondary"
        wide
        disabled={!hydrated}
        pending={signIn.isPending || signIn.isSuccess}
        onClick={() => signIn.mutate()}
      >
        <KeyRound aria-hidden="true" className="size-icon-sm" />
        {t('button')}
      </Button>
      {signIn.isError ? <Notice tone="danger" title={problemText(signIn.error)} live /> : null}
    </div>
  );
}
