'use client';

import { useQuery } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';

import { PaymentSteps } from '#components/top-up/payment-steps.tsx';
import { useTRPC } from '#components/trpc/client.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { TopUpState } from '#server/payments/schema.ts';

const askEveryMs = 2_000;
const askSlowlyEveryMs = 10_000;
const slowAfterMs = 30_000;

interface PaymentWatchProps {
  sessionId: string;
  /** As the page was rendered with; null when the card processor could not be asked. */
  state: TopUpState | null;
}

/** Asks until the payment has moved on, then has the page rendered anew. */
export function PaymentWatch({ sessionId, state }: PaymentWatchProps) {
  const t = useTranslations('top-up.complete.waiting');
  const trpc = useTRPC();
  const router = useRouter();
  const isSlow = useSlow();
  const { data, isError } = useQuery(
    trpc.topUps.bySession.queryOptions(
      { sessionId },
      { refetchInterval: isSlow ? askSlowlyEveryMs : askEveryMs, staleTime: 0, gcTime: 0, retry: false },
    ),
  );
  const hasMoved = data !== undefined && data.state !== state;
  useEffect(() => {
    if (hasMoved) router.refresh();
  }, [hasMoved, router]);
  return (
    <div className="flex flex-col gap-6">
      <PaymentSteps isCredited={data?.state === 'credited'} />
      {isError ? (
        <Notice live>
          <p>{t('unheard')}</p>
        </Notice>
      ) : null}
      {isSlow ? (
        <Notice title={t('slowTitle')} live>
          <p>{t('slowText')}</p>
        </Notice>
      ) : null}
    </div>
  );
}

function useSlow(): boolean {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), slowAfterMs);
    return () => clearTimeout(timer);
  }, []);
  return isSlow;
}
