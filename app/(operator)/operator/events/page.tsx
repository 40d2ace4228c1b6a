import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireOperator } from '#app/_reading/reading.ts';
import { addressOf, oneOf, textOf } from '#app/_reading/search-params.ts';
import type { SearchParams } from '#app/_reading/search-params.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { DeskTabs } from '#components/operator/desk-tabs.tsx';
import { EventTable } from '#components/operator/event-table.tsx';
import { Button } from '#components/ui/button.tsx';
import { EmptyState } from '#components/ui/empty-state.tsx';
import { Field } from '#components/ui/field.tsx';
import { Input } from '#components/ui/input.tsx';
import { LinkButton } from '#components/ui/link-button.tsx';
import { Pagination } from '#components/ui/pagination.tsx';
import { Select } from '#components/ui/select.tsx';
import { inboxStates, type InboxState } from '#server/platform/inbox-schema.ts';

const path = '/operator/events';
const perPage = 50;

interface Filter {
  state: InboxState | undefined;
  type: string | undefined;
  id: string | undefined;
}

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('events');
  return { title: t('title') };
}

export default async function EventsPage({ searchParams }: { searchParams: SearchParams }) {
  await requireOperator();
  const query = await searchParams;
  const filter = {
    state: oneOf(textOf(query['state']), inboxStates),
    type: textOf(query['type']),
    id: textOf(query['id']),
  };
  const cursor = textOf(query['cursor']);
  const caller = await serverCaller();
  const [t, { events, nextCursor }] = await Promise.all([
    getTranslations('events'),
    orNotFound(caller.operator.events.list({ ...filter, cursor, limit: perPage })),
  ]);
  const next = nextCursor === null ? undefined : { href: addressOf(path, { ...filter, cursor: nextCursor }) };
  return (
    <Page>
      <DeskTabs current="money" />
      <PageHeading title={t('title')}>{t('lead')}</PageHeading>
      <FilterForm filter={filter} />
      {events.length === 0 ? (
        <EmptyState title={t('none')}>{t('noneText')}</EmptyState>
      ) : (
        <EventTable events={events} />
      )}
      <Pagination
        label={t('pages')}
        first={cursor === undefined ? undefined : { href: addressOf(path, { ...filter }), label: t('newest') }}
        next={next === undefined ? undefined : { ...next, label: t('older') }}
      />
    </Page>
  );
}

async function FilterForm({ filter }: { filter: Filter }) {
  const t = await getTranslations('events');
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  return (
    <form action={path} method="get" aria-label={t('filter.label')} className="flex flex-col gap-4">
      <div className="grid items-end gap-4 md:grid-cols-3">
        <Field id="event-state" label={t('filter.state')}>
          {(control) => (
            <Select {...control} name="state" defaultValue={filter.state ?? ''}>
              <option value="">{t('filter.all')}</option>
              {inboxStates.map((state) => (
                <option key={state} value={state}>
                  {t(`states.${state}`)}
                </option>
              ))}
            </Select>
          )}
        </Field>
        <Field id="event-type" label={t('filter.type')} hint={t('filter.typeHint')}>
          {(control) => <Input {...control} name="type" defaultValue={filter.type} autoCapitalize="none" />}
        </Field>
        <Field id="event-id" label={t('filter.id')} hint={t('filter.idHint')}>
          {(control) => <Input {...control} name="id" defaultValue={filter.id} autoCapitalize="none" />}
        </Field>
      </div>
      <div className="flex flex-wrap gap-3">
        <Button type="submit">{t('filter.show')}</Button>
        {isFiltered ? (
          <LinkButton href={path} variant="quiet">
            {t('filter.clear')}
          </LinkButton>
        ) : null}
      </div>
    </form>
  );
}
