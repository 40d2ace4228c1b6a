import { TRPCError } from '@trpc/server';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';
import { notFound } from 'next/navigation';

import { orNotFound, requireVisitor } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { RefreshSoon } from '#components/ui/refresh-soon.tsx';
import { TextLink } from '#components/ui/text-link.tsx';
import type { SubscriptionView } from '#server/payments/subscriptions/subscription-schema.ts';

const path = '/account/plan/complete';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('plan.complete');
  return { title: t('metaTitle') };
}

/** Where the card page leads back to: the tier is there when this shows, whether or not the webhook came. */
export default async function PlanCompletePage({ searchParams }: { searchParams: SearchParams }) {
  const sessionId = textOf((await searchParams)['session_id']);
  if (sessionId === undefined) notFound();
  await requireVisitor();
  const subscription = await readSubscription(sessionId);
  const [t, tier] = await Promise.all([getTranslations('plan.complete'), getTranslations('tier')]);
  const outcome = outcomeOf(subscription);
  const name = subscription === null ? '' : tier(subscription.tier);
  return (
    <Page width="prose">
      <PageHeading title={t(`${outcome}.title`, { tier: name })}>{t(`${outcome}.text`)}</PageHeading>
      {outcome === 'opened' ? (
        <>
          <RefreshSoon />
          <TextLink href={addressOf(path, { session_id: sessionId })}>{t('check')}</TextLink>
        </>
      ) : null}
      <TextLink href="/account/plan">{t('back')}</TextLink>
    </Page>
  );
}

/** Null while the card service cannot be asked. */
async function readSubscription(sessionId: string): Promise<SubscriptionView | null> {
  const caller = await serverCaller();
  try {
    return await orNotFound(caller.subscriptions.bySession({ sessionId }));
  } catch (error) {
    if (error instanceof TRPCError && error.code === 'SERVICE_UNAVAILABLE') return null;
    throw error;
  }
}

function outcomeOf(subscription: SubscriptionView | null): 'active' | 'opened' | 'over' {
  switch (subscription?.standing) {
    case 'active':
    case 'grace':
      return 'active';
    case 'lapsed':
    case 'ended':
    case 'expired':
      return 'over';
    case 'opened':
    case undefined:
      return 'opened';
  }
}
