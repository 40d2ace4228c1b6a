import { ShoppingBasket } from 'lucide-react';
import { useTranslations } from 'next-intl';

import { CountLink } from '#components/ui/count-link.tsx';

/** The way to the cart with how much is in it. */
export function CartLink({ count }: { count: number }) {
  const t = useTranslations('cart');
  return <CountLink href="/cart" icon={ShoppingBasket} label={t('link', { count })} count={count} />;
}
