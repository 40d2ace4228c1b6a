'use client';

import { useMutation } from '@tanstack/react-query';
import { Heart } from 'lucide-react';
import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { heartClass, type HeartLook } from '#components/wishlist/heart-class.ts';

interface WishButtonProps {
  listing: { id: string; title: string };
  isWished: boolean;
  look: HeartLook;
}

/** Puts a listing on the wishlist at once, and takes it off when it is pressed again; what is refused goes back. */
export function WishButton({ listing, isWished, look }: WishButtonProps) {
  const t = useTranslations('wishlist');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const [isOn, setOn] = useState(isWished);
  const wishing = (isWanted: boolean) => ({
    // One after the other: the last press is the one that counts.
    scope: { id: `wish ${listing.id}` },
    onError: (error: unknown) => {
      setOn(!isWanted);
      toast({ tone: 'danger', text: refusalText(error) });
    },
  });
  const put = useMutation(trpc.wishlist.put.mutationOptions(wishing(true)));
  const remove = useMutation(trpc.wishlist.remove.mutationOptions(wishing(false)));
  const press = () => {
    setOn(!isOn);
    (isOn ? remove : put).mutate({ listingId: listing.id });
  };
  return (
    <button
      type="button"
      aria-pressed={isOn}
      aria-label={look === 'icon' ? t('wish', { title: listing.title }) : undefined}
      disabled={!hydrated}
      onClick={press}
      className={heartClass(look)}
    >
      <Heart aria-hidden="true" className={isOn ? 'size-icon fill-current text-danger' : 'size-icon'} />
      {look === 'icon' ? null : t(isOn ? 'wished' : 'put')}
    </button>
  );
}
