'use client';

import { useMutation } from '@tanstack/react-query';
import { useTranslations } from 'next-intl';
import { useState } from 'react';

import { useRefusalText } from '#components/errors/use-refusal-text.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { Button } from '#components/ui/button.tsx';
import { useToast } from '#components/ui/toast.tsx';
import { useHydrated } from '#components/ui/use-hydrated.ts';
import { useRefresh } from '#components/ui/use-refresh.ts';

/** Follows a seller, or no longer; doing it again undoes it. */
export function FollowButton({ slug, isFollowed }: { slug: string; isFollowed: boolean }) {
  const t = useTranslations('storefront');
  const trpc = useTRPC();
  const toast = useToast();
  const refusalText = useRefusalText();
  const hydrated = useHydrated();
  const { refresh } = useRefresh();
  const [isFollowing, setFollowing] = useState(isFollowed);
  /** Shown before it is done: pressing again undoes it, and a refusal takes it back. */
  const becoming = (isWanted: boolean) => ({
    onMutate: () => setFollowing(isWanted),
    onSuccess: (done: { isFollowing: boolean }) => {
      setFollowing(done.isFollowing);
      toast({ tone: 'success', text: t(done.isFollowing ? 'followed' : 'unfollowed') });
      refresh();
    },
    onError: (error: unknown) => {
      setFollowing(!isWanted);
      toast({ tone: 'danger', text: refusalText(error) });
    },
  });
  const follow = useMutation(trpc.storefronts.follow.mutationOptions(becoming(true)));
  const unfollow = useMutation(trpc.storefronts.unfollow.mutationOptions(becoming(false)));
  return (
    <Button
      type="button"
      variant={isFollowing ? 'secondary' : 'primary'}
      aria-pressed={isFollowing}
      disabled={!hydrated}
      pending={follow.isPending || unfollow.isPending}
      onClick={() => (isFollowing ? unfollow : follow).mutate({ slug })}
    >
      {t(isFollowing ? 'following' : 'follow')}
    </Button>
  );
}
