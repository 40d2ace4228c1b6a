import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireOperator } from '#app/_reading/reading.ts';
import { addressOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { RecordTable } from '#components/operator/record-table.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Pagination } from '#components/ui/pagination.tsx';

const perPage = 50;

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('record');
  return { title: t('title') };
}

export default async function RecordPage({ searchParams }: { searchParams: SearchParams }) {
  await requireOperator();
  const query = await searchParams;
  const [username, cursor] = [textOf(query['username']), textOf(query['cursor'])];
  const caller = await serverCaller();
  const [t, { events, nextCursor }] = await Promise.all([
    getTranslations('record'),
    orNotFound(caller.operator.people.audit({ username, cursor, limit: perPage })),
  ]);
  const path = '/operator/record';
  return (
    <Page>
      <DeskTabs current="record" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <form action={path} method="get" className="flex max-w-form flex-wrap items-end gap-3">
        <div className="min-w-0 flex-1">
          <Field id="record-username" label={t('filter')} hint={t('filterHint')}>
            {(control) => <Input {...control} name="username" defaultValue={username} autoCapitalize="none" />}
          </Field>
        </div>
        <Button type="submit">{t('show')}</Button>
        {username === undefined ? null : (
          <LinkButton href={path} variant="quiet">
            {t('clear')}
          </LinkButton>
        )}
      </form>
      {events.length === 0 ? (
        <EmptyState title={t('none')}>{t('noneText')}</EmptyState>
      ) : (
        <RecordTable events={events} />
      )}
      <Pagination
        label={t('pages')}
        first={cursor === undefined ? undefined : { href: addressOf(path, { username }), label: t('newest') }}
        next={
          nextCursor === null
            ? undefined
            : { href: addressOf(path, { username, cursor: nextCursor }), label: t('older') }
        }
      />
    </Page>
  );
}
