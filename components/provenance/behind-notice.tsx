import { useTranslations } from 'next-intl';

import { Notice } from '#components/ui/notice.tsx';
import { RefreshSoon } from '#components/ui/refresh-soon.tsx';

/** Says that the latest movements are not in the figures yet, and shows them as soon as they are. */
export function BehindNotice() {
  const t = useTranslations('provenance');
  return (
    <Notice live>
      <p>{t('behind')}</p>
      <RefreshSoon />
    </Notice>
  );
}
