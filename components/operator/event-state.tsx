import { useTranslations } from 'next-intl';

import { Badge } from '#components/ui/badge.tsx';
import type { InboxEventView } from '#server/platform/inbox-reading.ts';

/** Where an event stands, in a word. */
export function EventState({ event }: { event: Pick<InboxEventView, 'state' | 'nextAttemptAt'> }) {
  const t = useTranslations('events');
  if (event.state === 'failed' && event.nextAttemptAt === null) return <Badge tone="danger">{t('givenUp')}</Badge>;
  switch (event.state) {
    case 'handled':
      return <Badge tone="success">{t('states.handled')}</Badge>;
    case 'failed':
      return <Badge tone="danger">{t('states.failed')}</Badge>;
    case 'received':
      return <Badge tone="gold">{t('states.received')}</Badge>;
    case 'ignored':
      return <Badge>{t('states.ignored')}</Badge>;
  }
}
