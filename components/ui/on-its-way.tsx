'use client';

import { useTranslations } from 'next-intl';
import { useLinkStatus } from 'next/link';

import { Spinner } from '#components/ui/spinner.tsx';

/**
 * Within a link: says that its page is on its way, where that takes a moment. It lies over the page, so that nothing moves.
 * Pages are not streamed with gaps: without scripts a gap would never be filled (decision 11).
 */
export function OnItsWay() {
  const { pending } = useLinkStatus();
  return pending ? <Saying /> : null;
}

/** Within a tenth of a second, so that nobody presses twice; what is there sooner does not flash. */
function Saying() {
  const t = useTranslations('common');
  return (
    <span
      role="status"
      className="pointer-events-none fixed top-3 left-1/2 z-50 flex -translate-x-1/2 items-center gap-2 rounded-md border border-line bg-surface px-4 py-2 text-sm font-medium text-text shadow-raised transition-opacity delay-75 duration-75 starting:opacity-0"
    >
      <Spinner />
      {t('onItsWay')}
    </span>
  );
}
