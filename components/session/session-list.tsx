import { useFormatter, useTranslations } from 'next-intl';

import { EndSession } from '#components/session/end-session.tsx';
import { Badge } from '#components/ui/badge.tsx';
import { Card } from '#components/ui/card.tsx';
import type { SessionView } from '#server/citizens/sessions.ts';

interface SessionListProps {
  sessions: readonly (SessionView & { isCurrent: boolean })[];
  now: Date;
}

/** Every browser that is signed in as the citizen, the one that asks marked. */
export function SessionList({ sessions, now }: SessionListProps) {
  const t = useTranslations('session');
  return (
    <ul aria-label={t('caption')} className="flex flex-col gap-3">
      {sessions.map((session) => (
        <Card as="li" key={session.id}>
          <SessionFacts session={session} now={now} />
        </Card>
      ))}
    </ul>
  );
}

function SessionFacts({ session, now }: { session: SessionListProps['sessions'][number]; now: Date }) {
  const t = useTranslations('session');
  const format = useFormatter();
  const device = session.device === '' ? t('unknownDevice') : session.device;
  const seen = session.isCurrent ? t('now') : format.relativeTime(session.lastSeenAt, now);
  const opened = format.dateTime(session.createdAt, { dateStyle: 'medium', timeStyle: 'short' });
  return (
    <div className="flex flex-wrap items-start justify-between gap-4">
      <div className="flex min-w-0 flex-col gap-2">
        <div className="flex flex-wrap items-center gap-2">
          <h2 className="font-semibold">{device}</h2>
          {session.isCurrent ? <Badge tone="success">{t('current')}</Badge> : null}
          {session.hasSecondFactor ? <Badge tone="accent">{t('secondFactor')}</Badge> : null}
        </div>
        <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 text-sm">
          <dt className="text-muted">{t('lastSeen')}</dt>
          <dd>{seen}</dd>
          <dt className="text-muted">{t('place')}</dt>
          <dd>{placeText(session.place, t)}</dd>
          <dt className="text-muted">{t('signedIn')}</dt>
          <dd>
            <time dateTime={session.createdAt.toISOString()}>{opened}</time>, {t(`method.${session.method}`)}
          </dd>
        </dl>
      </div>
      {session.isCurrent ? null : <EndSession sessionId={session.id} device={device} />}
    </div>
  );
}

function placeText(place: string, t: ReturnType<typeof useTranslations<'session'>>): string {
  if (place === '') return t('unknownPlace');
  return place === '::' || place.startsWith('127.') ? t('here') : place;
}
