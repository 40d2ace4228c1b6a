import type { ReactNode } from 'react';

import { Islands } from '#app/_islands/islands.tsx';
import type { PageWishes } from '#components/wishlist/card-wish.tsx';

interface WishingProps {
  wishes: PageWishes;
  children: ReactNode;
}

/** Around hearts: who is signed in changes them in place, so that only they are sent what this takes. */
export function Wishing({ wishes, children }: WishingProps) {
  return wishes.reader === null ? children : <Islands say={['wishlist', 'errors']}>{children}</Islands>;
}
