'use client';

import { useCallback, useState } from 'react';

import { outcomeOf } from '#components/errors/outcome.ts';

interface Attempt {
  /** Names this attempt: sent again with it, the same thing is not done twice. */
  key: string;
  /** Tells how the call ended: a definitive answer ends the attempt, an unknown outcome keeps its key. */
  settle: (error?: unknown) => void;
}

/** The idempotency key of a form, made when the form is rendered. */
export function useAttempt(): Attempt {
  const [key, setKey] = useState(makeKey);
  const settle = useCallback((error?: unknown) => {
    if (isSettledBy(error)) setKey(makeKey());
  }, []);
  return { key, settle };
}

/** Whether an attempt is over with this: a success, which callers tell as null or leave out, or a definitive refusal. */
export function isSettledBy(error: unknown): boolean {
  return error === undefined || error === null || outcomeOf(error).isDefinitive;
}

/** A random UUID. `crypto.randomUUID` is missing on pages without HTTPS, this is not. */
export function makeKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes.set([((bytes[6] ?? 0) & 0x0f) | 0x40], 6);
  bytes.set([((bytes[8] ?? 0) & 0x3f) | 0x80], 8);
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
