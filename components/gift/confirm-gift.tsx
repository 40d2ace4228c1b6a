'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Dialog } from '#components/ui/dialog.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Says that a gift is there, after asking once more: the seller is paid by it. */
export function ConfirmGift({ orderId }: { orderId: string }) {
  const t = useTranslations('gift.confirm');
  const common = useTranslations('common');
  const toast = useToast();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const [isOpen, setOpen] = useState(false);
  const confirm = useMutation(
    useTRPC().orders.confirm.mutationOptions({
      onSuccess: () => {
        setOpen(false);
        toast({ tone: 'success', text: t('done') });
        refresh();
      },
    }),
  );
  return (
    <div>
      <Button disabled={!hydrated} pending={isRefreshing} onClick={() => setOpen(true)}>
        {t('button')}
      </Button>
      <Dialog open={isOpen} onClose={() => setOpen(false)} title={t('title')} closeLabel={common('close')}>
        <p>{t('text')}</p>
        {confirm.isError ? <Notice tone="danger" title={refusalText(confirm.error)} live /> : null}
        <div className="flex flex-col gap-3 sm:flex-row sm:flex-wrap sm:justify-end">
          <Button variant="secondary" onClick={() => setOpen(false)}>
            {common('cancel')}
          </Button>
          <Button pending={confirm.isPending} onClick={() => confirm.mutate({ orderId })}>
            {t('submit')}
          </Button>
        </div>
      </Dialog>
    </div>
  );
}
