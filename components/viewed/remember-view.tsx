'use client';

import { useMutation } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';

import { useTRPC } from '#components/trpc/client.tsx';

/** Remembers, once the page stands, that its reader looked at a listing. Nothing waits for it, and nothing tells if it fails. */
export function RememberView({ listingId }: { listingId: string }) {
  const trpc = useTRPC();
  const { mutate } = useMutation(trpc.viewed.remember.mutationOptions());
  const remembered = useRef<string | null>(null);
  useEffect(() => {
    if (remembered.current === listingId) return;
    remembered.current = listingId;
    mutate({ listingId });
  }, [listingId, mutate]);
  return null;
}
