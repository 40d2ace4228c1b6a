import { ShoppingBasket } from 'lucide-react';
import { useTranslations } from 'next-intl';
import Link from 'next/link';

const shownMax = 99;

/** The way to the cart with how much is in it. */
export function CartLink({ count }: { count: number }) {
  const t = useTranslations('cart');
  return (
    <Link
      href="/cart"
      prefetch={false}
      aria-label={t('link', { count })}
      className="relative inline-flex size-control items-center justify-center rounded-md text-text transition-colors hover:bg-accent-soft"
    >
      <ShoppingBasket aria-hidden="true" className="size-icon" />
      {count === 0 ? null : (
        <span
          aria-hidden="true"
          className="figures absolute top-1 right-0 min-w-5 rounded-full bg-accent px-1 text-center text-xs font-semibold text-on-accent"
        >
          {count > shownMax ? `${String(shownMax)}+` : count}
        </span>
      )}
    </Link>
  );
}
