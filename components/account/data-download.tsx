'use client';

import { Download } from 'lucide-react';
import { useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';

const address = '/api/account/data';

/** Asks for a fresh proof and then lets the browser fetch the file. */
export function DataDownload() {
  const t = useTranslations('account.data');
  const trpc = useTRPC();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const fetchFile = () => window.location.assign(address);
  const prepare = useStepUpMutation(trpc.account.prepareData.mutationOptions({ onSuccess: fetchFile }));
  return (
    <div className="flex flex-col items-start gap-4">
      <Button variant="secondary" disabled={!hydrated} pending={prepare.isPending} onClick={() => prepare.mutate()}>
        <Download aria-hidden="true" className="size-icon-sm" />
        {t('download')}
      </Button>
      {prepare.isError ? <Notice tone="danger" title={refusalText(prepare.error)} live /> : null}
    </div>
  );
}
