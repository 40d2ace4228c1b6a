import { ArrowLeft, ArrowRight } from 'lucide-react';

import { LinkButton } from '#components/ui/link-button.tsx';
import { OnItsWay } from '#components/ui/on-its-way.tsx';

interface PaginationProps {
  label: string;
  first?: { href: string; label: string } | undefined;
  next?: { href: string; label: string } | undefined;
}

/** Pages by cursor: onward, and back to the beginning. */
export function Pagination({ label, first, next }: PaginationProps) {
  if (first === undefined && next === undefined) return null;
  return (
    <nav aria-label={label} className="flex flex-wrap items-center justify-between gap-3">
      {first === undefined ? (
        <span />
      ) : (
        <LinkButton href={first.href} variant="secondary" size="small" prefetch={false}>
          <ArrowLeft aria-hidden="true" className="size-icon-sm" />
          {first.label}
          <OnItsWay />
        </LinkButton>
      )}
      {next === undefined ? null : (
        <LinkButton href={next.href} variant="secondary" size="small" prefetch={false} rel="next">
          {next.label}
          <OnItsWay />
          <ArrowRight aria-hidden="true" className="size-icon-sm" />
        </LinkButton>
      )}
    </nav>
  );
}
