import { Heart } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';

import { heartClass, type HeartLook } from '#components/wishlist/heart-class.ts';
import { WishButton } from '#components/wishlist/wish-button.tsx';

/** What the reader wishes for of the listings on a page. */
export interface PageWishes {
  /** Null for who is not signed in. */
  reader: { username: string; wished: ReadonlySet<string> } | null;
  /** Leads back to this page. */
  signInHref: string;
}

interface CardWishProps {
  listing: { id: string; title: string; seller: { username: string } };
  wishes: PageWishes;
  look: HeartLook;
}

/**
 * The heart of a listing; none on one's own. Who is not signed in finds the way to it on the page of the listing: a dozen
 * links that all lead to the same page would stand in everybody's way.
 */
export function CardWish({ listing, wishes: { reader, signInHref }, look }: CardWishProps) {
  const t = useTranslations('wishlist');
  if (reader?.username === listing.seller.username) return null;
  if (reader !== null)
    return (
      <WishButton
        listing={{ id: listing.id, title: listing.title }}
        isWished={reader.wished.has(listing.id)}
        look={look}
      />
    );
  if (look === 'icon') return null;
  return (
    <Link href={signInHref} prefetch={false} className={heartClass(look)}>
      <Heart aria-hidden="true" className="size-icon" />
      {t('put')}
    </Link>
  );
}
