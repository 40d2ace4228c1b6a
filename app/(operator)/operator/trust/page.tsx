import { TRPCError } from '@trpc/server';
import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { requireOperator } from '#app/_reading/reading.ts';
import { textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { NeedsScript } from '#components/form/needs-script.tsx';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { TrustAssignForm } from '#components/operator/trust-assign-form.tsx';
import { TrustGatesForm } from '#components/operator/trust-gates-form.tsx';
import { TrustHistory } from '#components/operator/trust-history.tsx';
import { TrustLimitsForm } from '#components/operator/trust-limits-form.tsx';
import { LevelLimits } from '#components/trust/level-limits.tsx';
import { Setbacks } from '#components/trust/setbacks.tsx';
import { Button } from '#components/ui/button.tsx';
import { Card } from '#components/ui/card.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { Notice } from '#components/ui/notice.tsx';
import type { TrustSettings } from '#server/citizens/trust-rules.ts';

const path = '/operator/trust';
const levels = [0, 1, 2, 3] as const;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('trust.desk');
  return { title: t('title') };
}

export default async function TrustDeskPage({ searchParams }: { searchParams: SearchParams }) {
  const { operatorRole } = await requireOperator();
  const username = textOf((await searchParams)['username']);
  const caller = await serverCaller();
  const [t, settings, found] = await Promise.all([
    getTranslations('trust.desk'),
    caller.operator.trust.settings(),
    username === undefined ? null : findCitizen(username),
  ]);
  return (
    <Page>
      <DeskTabs current="trust" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <form action={path} method="get" className="flex max-w-form flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1">
          <Field id="trust-username" label={t('find')} hint={t('findHint')}>
            {(control) => <Input {...control} name="username" defaultValue={username} autoCapitalize="none" />}
          </Field>
        </div>
        <Button type="submit">{t('show')}</Button>
      </form>
      <NeedsScript />
      {username !== undefined && found === null ? <EmptyState title={t('nobody')}>{t('nobodyText')}</EmptyState> : null}
      {found === null ? null : <FoundCitizen found={found} contract={settings.limits[3]} />}
      {operatorRole === 'admin' ? <Numbers settings={settings} /> : <Notice title={t('adminsOnly')} />}
    </Page>
  );
}

type Caller = Awaited<ReturnType<typeof serverCaller>>;
type Found = Awaited<ReturnType<Caller['operator']['trust']['citizen']>>;

/** Null for a name that nobody has, or could have. */
async function findCitizen(username: string): Promise<Found | null> {
  const caller = await serverCaller();
  try {
    return await caller.operator.trust.citizen({ username });
  } catch (error) {
    if (error instanceof TRPCError && (error.code === 'NOT_FOUND' || error.code === 'BAD_REQUEST')) return null;
    throw error;
  }
}

async function FoundCitizen({ found, contract }: { found: Found; contract: TrustSettings['limits'][3] }) {
  const t = await getTranslations('trust');
  const { username, displayName, standing, assignments, events } = found;
  return (
    <section aria-labelledby="trust-citizen" className="flex flex-col gap-6">
      <div className="flex flex-col gap-2">
        <h2 id="trust-citizen" className="font-display text-display-sm font-semibold">
          {t('desk.standing', { name: displayName })} {t(`level.${standing.level}`)}
        </h2>
        <p className="text-muted">{t('desk.earned', { level: standing.earnedLevel })}</p>
      </div>
      <div className="grid items-start gap-6 lg:grid-cols-2 lg:gap-10">
        <LevelLimits limits={standing.limits} />
        <div className="flex flex-col gap-4">
          <h3 className="text-lg font-semibold">{t('desk.assign.title')}</h3>
          <p className="text-muted">{t('desk.assign.text')}</p>
          <TrustAssignForm key={username} username={username} name={displayName} contract={contract} />
        </div>
      </div>
      <Setbacks standing={standing} />
      <TrustHistory assignments={assignments} events={events} />
    </section>
  );
}

async function Numbers({ settings }: { settings: TrustSettings }) {
  const t = await getTranslations('trust');
  return (
    <>
      <section aria-labelledby="trust-limits" className="flex flex-col gap-4">
        <h2 id="trust-limits" className="font-display text-display-sm font-semibold">
          {t('desk.limits.title')}
        </h2>
        <div className="grid items-start gap-6 lg:grid-cols-2">
          {levels.map((level) => (
            <Card as="section" labelledBy={`level-${String(level)}`} key={level}>
              <h3 id={`level-${String(level)}`} className="pb-4 text-lg font-semibold">
                {t(`level.${level}`)}
              </h3>
              <TrustLimitsForm level={level} limits={settings.limits[level]} />
            </Card>
          ))}
        </div>
      </section>
      <section aria-labelledby="trust-gates" className="flex flex-col gap-4">
        <h2 id="trust-gates" className="font-display text-display-sm font-semibold">
          {t('desk.gates.title')}
        </h2>
        <Card>
          <TrustGatesForm gates={settings.gates} />
        </Card>
      </section>
    </>
  );
}
