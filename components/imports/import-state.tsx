import { useTranslations } from 'next-intl';

import { Badge, type BadgeTone } from '#components/ui/badge.tsx';
import type { ImportState } from '#server/market/imports/import-schema.ts';

const tones: Record<ImportState, BadgeTone> = {
  uploaded: 'accent',
  checked: 'gold',
  discarded: 'neutral',
  applying: 'accent',
  cancelled: 'neutral',
  applied: 'success',
  stopped: 'danger',
  undoing: 'accent',
  undone: 'neutral',
};

export function ImportStateBadge({ state }: { state: ImportState }) {
  const t = useTranslations('imports.state');
  return <Badge tone={tones[state]}>{t(state)}</Badge>;
}
