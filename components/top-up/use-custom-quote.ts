'use client';

import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';

import { outcomeOf } from '#components/errors/outcome.ts';
import type { TopUpOffers } from '#components/top-up/offers.ts';
import { useTRPC } from '#components/trpc/client.tsx';
import { parseTypedAmount } from '#server/money/money.ts';
import type { TopUpQuote } from '#server/payments/schema.ts';

const typingPauseMs = 250;

/** What is known of the price of an amount while it is being typed. */
export type CustomQuote =
  | { state: 'empty' | 'malformed' | 'out_of_range' | 'waiting'; quote: null }
  | { state: 'quoted'; quote: TopUpQuote }
  | { state: 'refused'; quote: null; error: unknown };

type Range = Pick<TopUpOffers, 'customMinorMin' | 'customMinorMax'>;

/** Asks the server what an own amount costs and brings, each time the typing pauses. */
export function useCustomQuote(text: string, range: Range): CustomQuote {
  const trpc = useTRPC();
  const settledText = useSettled(text);
  const priceMinor = parseTypedAmount(settledText);
  const isInRange = priceMinor !== null && priceMinor >= range.customMinorMin && priceMinor <= range.customMinorMax;
  const query = useQuery({
    ...trpc.topUps.quote.queryOptions({ choice: { kind: 'custom', priceMinor: priceMinor ?? 0n } }),
    enabled: isInRange,
    placeholderData: keepPreviousData,
    retry: (failures, error) => failures < 2 && !outcomeOf(error).isDefinitive,
  });
  if (text.trim() === '') return { state: 'empty', quote: null };
  if (text !== settledText) return { state: 'waiting', quote: null };
  if (priceMinor === null) return { state: 'malformed', quote: null };
  if (!isInRange) return { state: 'out_of_range', quote: null };
  if (query.isError) return { state: 'refused', quote: null, error: query.error };
  if (query.data === undefined || query.isPlaceholderData) return { state: 'waiting', quote: null };
  return { state: 'quoted', quote: query.data };
}

/** The text once it has not changed for a moment. */
function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text), typingPauseMs);
    return () => clearTimeout(timer);
  }, [text]);
  return settled;
}
