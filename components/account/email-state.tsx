'use client';

import { useMutation } from '@tanstack/react-query';
import { useFormatter, useTranslations } from 'next-intl';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

interface EmailStateProps {
  contact: { address: string | null; verifiedAt: Date | null; pending: { address: string; expiresAt: Date } | null };
}

/** Which address counts, and which one waits for its link. */
export function EmailState({ contact }: EmailStateProps) {
  const t = useTranslations('account.contact');
  const format = useFormatter();
  const { address, verifiedAt, pending } = contact;
  return (
    <Card>
      <div className="flex flex-col gap-6">
        {address === null || verifiedAt === null ? null : (
          <div className="flex flex-col gap-1">
            <p className="flex flex-wrap items-center gap-2">
              <span className="font-semibold wrap-anywhere">{address}</span>
              <Badge tone="success">{t('verified')}</Badge>
            </p>
            <p className="text-sm text-muted">
              {t('since', { time: format.dateTime(verifiedAt, { dateStyle: 'medium', timeStyle: 'short' }) })}
            </p>
          </div>
        )}
        {pending === null ? null : (
          <div className="flex flex-col gap-1">
            <p className="flex flex-wrap items-center gap-2">
              <span className="font-semibold wrap-anywhere">{pending.address}</span>
              <Badge tone="gold">{t('waits')}</Badge>
            </p>
            <p className="text-sm text-muted">
              {t('until', { time: format.dateTime(pending.expiresAt, { dateStyle: 'medium', timeStyle: 'short' }) })}
            </p>
          </div>
        )}
        <div className="flex flex-wrap gap-3">
          {pending === null ? null : <ResendLink />}
          <RemoveEmail />
        </div>
      </div>
    </Card>
  );
}

function ResendLink() {
  const t = useTranslations('account.contact');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const resend = useMutation(
    trpc.contact.resend.mutationOptions({
      onSuccess: () => toast({ tone: 'success', text: t('resent') }),
      onError: (error) => toast({ tone: 'danger', text: refusalText(error) }),
      onSettled: refresh,
    }),
  );
  return (
    <Button
      variant="secondary"
      size="small"
      disabled={!hydrated}
      pending={resend.isPending || isRefreshing}
      onClick={() => resend.mutate()}
    >
      {t('resend')}
    </Button>
  );
}

function RemoveEmail() {
  const t = useTranslations('account.contact');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { refresh, isRefreshing } = useRefresh();
  const done = () => {
    toast({ tone: 'success', text: t('removed') });
    refresh();
  };
  const remove = useStepUpMutation(trpc.contact.removeEmail.mutationOptions({ onSuccess: done }));
  return (
    <>
      <Button
        variant="danger"
        size="small"
        disabled={!hydrated}
        pending={remove.isPending || isRefreshing}
        onClick={() => remove.mutate()}
      >
        {t('remove')}
      </Button>
      {remove.isError ? <Notice tone="danger" title={refusalText(remove.error)} live /> : null}
    </>
  );
}
