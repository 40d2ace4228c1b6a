import type { ReactNode } from 'react';

import { TextLink } from '#components/ui/text-link.tsx';

/** A tag of a message as a link, for `t.rich`. */
export function linkInText(href: string): (chunks: ReactNode) => ReactNode {
  return function LinkInText(chunks) {
    return (
      <TextLink href={href} prefetch={false}>
        {chunks}
      </TextLink>
    );
  };
}
