'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Takes an operator's rights away, after asking once. */
export function DismissOperator({ username, name }: { username: string; name: string }) {
  const t = useTranslations('people');
  const common = useTranslations('common');
  const trpc = useTRPC();
  const toast = useToast();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh } = useRefresh();
  const [isOpen, setOpen] = useState(false);
  const done = () => {
    setOpen(false);
    toast({ tone: 'success', text: t('dismissed', { name }) });
    refresh();
  };
  const dismiss = useStepUpMutation(trpc.operator.people.dismiss.mutationOptions({ onSuccess: done }));
  return (
    <>
      <Button
        variant="quiet"
        size="small"
        aria-label={t('dismissNamed', { name })}
        disabled={!hydrated}
        onClick={() => setOpen(true)}
      >
        {t('dismiss')}
      </Button>
      <Dialog
        open={isOpen}
        onClose={() => setOpen(false)}
        title={t('dismissTitle', { name })}
        closeLabel={common('close')}
      >
        <p>{t('dismissText')}</p>
        {dismiss.isError ? <Notice tone="danger" title={refusalText(dismiss.error)} live /> : null}
        <div className="flex flex-wrap justify-end gap-3">
          <Button variant="secondary" onClick={() => setOpen(false)}>
            {t('cancel')}
          </Button>
          <Button
            variant="danger"
            pending={dismiss.isPending}
            onClick={() => {
              if (!dismiss.isPending) dismiss.mutate({ username });
            }}
          >
            {t('dismiss')}
          </Button>
        </div>
      </Dialog>
    </>
  );
}
