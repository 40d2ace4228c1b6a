import { useTranslations } from 'next-intl';

import { TextLink } from '#components/ui/text-link.tsx';

interface Source {
  type: string;
  id: string;
}

const known = ['charge', 'order', 'grant', 'transfer', 'mint', 'return'] as const;

/** What a source is called; what is none of these is a movement. */
export function useSourceName(): (source: Source) => string {
  const t = useTranslations('provenance.sources');
  return ({ type }) => t(known.find((one) => one === type) ?? 'transfer');
}

/** The citizen's own source, with the way to its receipt or order. */
export function SourceLink({ source }: { source: Source }) {
  const nameOf = useSourceName();
  const href = hrefOf(source);
  return href === null ? (
    nameOf(source)
  ) : (
    <TextLink href={href} prefetch={false}>
      {nameOf(source)}
    </TextLink>
  );
}

function hrefOf({ type, id }: Source): string | null {
  if (type === 'charge') return `/wallet/top-up/${id}`;
  return type === 'order' ? `/orders/${id}` : null;
}
