'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useEffect, useRef } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useStepUpMutation } from '#components/security/step-up.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { Notice } from '#components/ui/notice.tsx';
import { RefreshSoon } from '#components/ui/refresh-soon.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';
import type { PayoutAccountView } from '#server/payments/cash-outs/cash-out-schema.ts';

interface PayoutAccountPanelProps {
  account: PayoutAccountView | null;
  /** The citizen comes back from the provider's page. */
  isBack: boolean;
}

/** To which bank the citizen is paid, and the way to the provider's page where they name or change it. */
export function PayoutAccountPanel({ account, isBack }: PayoutAccountPanelProps) {
  const t = useTranslations('cash-out.account');
  const trpc = useTRPC();
  const hydrated = useHydrated();
  const refusalText = useRefusalText();
  const { refresh, isRefreshing } = useRefresh();
  const leave = ({ url }: { url: string }) => window.location.assign(url);
  const begin = useStepUpMutation(trpc.cashOuts.startOnboarding.mutationOptions({ onSuccess: leave }));
  const { mutate: sync } = useMutation(trpc.cashOuts.syncAccount.mutationOptions({ onSuccess: refresh }));
  const isAsked = useRef(false);
  useEffect(() => {
    if (!isBack || isAsked.current) return;
    isAsked.current = true;
    sync();
  }, [isBack, sync]);
  const state = account?.state ?? 'none';
  return (
    <Card as="section" labelledBy="payout-account">
      <div className="flex flex-col gap-4">
        <h2 id="payout-account" className="text-lg font-semibold">
          {t('title')}
        </h2>
        <p>{t(`state.${state}`, { bank: account?.bankName ?? '', last4: account?.bankLast4 ?? '' })}</p>
        {isBack && state === 'checking' ? <RefreshSoon /> : null}
        {begin.isError ? <Notice tone="danger" title={refusalText(begin.error)} live /> : null}
        <div>
          <Button
            variant={state === 'ready' ? 'secondary' : 'primary'}
            disabled={!hydrated}
            pending={begin.isPending || begin.isSuccess || isRefreshing}
            onClick={() => {
              if (!begin.isPending) begin.mutate();
            }}
          >
            {state === 'ready' ? t('change') : t('begin')}
          </Button>
        </div>
      </div>
    </Card>
  );
}
