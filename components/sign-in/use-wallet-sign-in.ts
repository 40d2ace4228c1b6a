'use client';

import { useMutation } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { outcomeOf } from '#components/errors/outcome.ts';
import { watchBrowserWallets } from '#components/sign-in/browser-wallets.ts';
import type { BrowserWallet } from '#components/sign-in/browser-wallets.ts';
import { useTRPC } from '#components/trpc/client.tsx';

/** The Solana wallets of this browser; none until the page answers to events. */
export function useBrowserWallets(): readonly BrowserWallet[] {
  const [wallets, setWallets] = useState<readonly BrowserWallet[]>([]);
  useEffect(() => watchBrowserWallets(window, setWallets), []);
  return wallets;
}

/** A message that waits for its signature. */
export interface PendingMessage {
  username: string;
  nonce: string;
  message: string;
}

/** The wallet, or its owner, did not sign. Nothing was sent. */
const notSigned = new Error('the wallet did not sign');

interface WalletSignIn {
  /** Asks for the message, to be signed elsewhere. */
  ask: (username: string) => void;
  /** Asks for the message, has it signed by a wallet of this browser and hands it in. */
  signWith: (wallet: BrowserWallet, username: string) => void;
  handIn: (signature: string) => void;
  /** The message to be signed elsewhere. */
  pending: PendingMessage | null;
  /** The citizen is signed in, or something is under way. */
  isBusy: boolean;
  /** The wallet did not sign. */
  isNotSigned: boolean;
  /** What the server refused, or null. */
  refusal: unknown;
}

/** Signs in by wallet and goes to `returnTo`, a path of our own, as a page of its own: everything on it changes. */
export function useWalletSignIn(returnTo: string): WalletSignIn {
  const trpc = useTRPC();
  const [pending, setPending] = useState<PendingMessage | null>(null);
  const challenge = useMutation(trpc.walletSignIn.challenge.mutationOptions());
  const verify = useMutation(trpc.walletSignIn.verify.mutationOptions());
  const messageFor = async (username: string): Promise<PendingMessage> => {
    const { nonce, message } = await challenge.mutateAsync({ username });
    return { username, nonce, message };
  };
  const attempt = useMutation({
    mutationFn: async (step: () => Promise<void>) => step(),
    // A nonce answers once: after a refusal there has to be another message, unless this one was not even tried.
    onError: (error) => {
      if (outcomeOf(error).code !== 'signature_malformed') setPending(null);
    },
  });
  const enter = async ({ username, nonce }: PendingMessage, signature: string) => {
    await verify.mutateAsync({ username, nonce, signature });
    window.location.assign(returnTo);
  };
  return {
    ask: (username) => attempt.mutate(async () => setPending(await messageFor(username))),
    signWith: (wallet, username) =>
      attempt.mutate(async () => {
        setPending(null);
        // First the wallet: its window may open only while the click is still warm.
        const sign = await asked(wallet.connect());
        const made = await messageFor(username);
        await enter(made, await asked(sign(made.message)));
      }),
    handIn: (signature) => {
      if (pending !== null) attempt.mutate(() => enter(pending, signature));
    },
    pending,
    isBusy: attempt.isPending || verify.isSuccess,
    isNotSigned: attempt.error === notSigned,
    refusal: attempt.error === notSigned ? null : attempt.error,
  };
}

/** What a wallet throws is its own affair. */
async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch {
    throw notSigned;
  }
}
