import type { Metadata } from 'next';
import { getTranslations } from 'next-intl/server';

import { orNotFound, requireOperator } from '#app/_reading/reading.ts';
import { serverCaller } from '#app/_trpc/server.ts';
import { Page, PageHeading } from '#components/layout/page.tsx';
import { EventFacts } from '#components/operator/event-facts.tsx';
import { EventReplay } from '#components/operator/event-replay.tsx';
import { BackLink } from '#components/ui/back-link.tsx';
import { Notice } from '#components/ui/notice.tsx';

export async function generateMetadata(): Promise<Metadata> {
  const t = await getTranslations('events');
  return { title: t('title') };
}

export default async function EventPage({ params }: { params: Promise<{ id: string }> }) {
  await requireOperator();
  const { id } = await params;
  const caller = await serverCaller();
  const [t, event] = await Promise.all([
    getTranslations('events.detail'),
    orNotFound(caller.operator.events.byId({ id })),
  ]);
  return (
    <Page>
      <BackLink href="/operator/events">{t('back')}</BackLink>
      <PageHeading title={breakable(event.type)} />
      {event.lastError === null ? null : (
        <Notice tone="danger" title={t('error')}>
          <p className="break-words">{event.lastError}</p>
        </Notice>
      )}
      <div className="grid items-start gap-6 lg:grid-cols-2 lg:gap-10">
        <EventFacts event={event} />
        <EventReplay id={event.id} />
      </div>
      <section aria-labelledby="body" className="flex min-w-0 flex-col gap-4">
        <h2 id="body" className="font-display text-display-sm font-semibold">
          {t('body')}
        </h2>
        <pre
          tabIndex={0}
          aria-labelledby="body"
          className="overflow-x-auto rounded-md border border-line bg-surface p-4 text-sm"
        >
          {indented(event.payload)}
        </pre>
      </section>
    </Page>
  );
}

/** A long type may go on in the next line after a dot, and not within a word. */
function breakable(type: string): string {
  return type.replaceAll('.', '.\u200b');
}

/** The body with one field a line; as it is where it cannot be read. */
function indented(payload: string): string {
  try {
    return JSON.stringify(JSON.parse(payload), null, 2);
  } catch {
    return payload;
  }
}
