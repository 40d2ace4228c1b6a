'use client';

import { useEffect, useRef, useState } from 'react';

import type { Suggestion } from '#server/market/search/search-schema.ts';

const pauseMs = 150;
const lettersMin = 2;

/** What a suggestion is of, and where it leads. */
export interface Suggested {
  kind: Suggestion['kind'];
  label: string;
  href: string;
}

interface Place {
  /** The market's address in this language. */
  market: string;
  /** Where storefronts are. */
  sellers: string;
  locale: string;
}

/**
 * Suggestions for what is being typed, a moment after the last key. A help and nothing more: where they cannot be had
 * there are none.
 */
export function useSuggestions(place: Place): { suggested: readonly Suggested[]; ask: (text: string) => void } {
  const [suggested, setSuggested] = useState<readonly Suggested[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const underWay = useRef<AbortController>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      underWay.current?.abort();
    },
    [],
  );
  const ask = (text: string) => {
    clearTimeout(timer.current);
    underWay.current?.abort();
    if (text.trim().length < lettersMin) {
      setSuggested([]);
      return;
    }
    const controller = new AbortController();
    underWay.current = controller;
    timer.current = setTimeout(() => {
      void fetchSuggestions(text.trim(), controller.signal).then((found) => {
        if (!controller.signal.aborted) setSuggested(found.map((each) => suggestedOf(each, place)));
      });
    }, pauseMs);
  };
  return { suggested, ask };
}

/** Past the query client, which a page that only reads does not need for this. */
async function fetchSuggestions(text: string, signal: AbortSignal): Promise<readonly Suggestion[]> {
  const input = encodeURIComponent(JSON.stringify({ json: { text: text.slice(0, 200) } }));
  try {
    const response = await fetch(`/api/trpc/search.suggest?input=${input}`, { signal });
    if (!response.ok) return [];
    const { result } = (await response.json()) as { result: { data: { json: Suggestion[] } } };
    return result.data.json;
  } catch {
    return []; // aborted by the next key, or offline: the field works without
  }
}

function suggestedOf(suggestion: Suggestion, { market, sellers, locale }: Place): Suggested {
  const { kind } = suggestion;
  switch (kind) {
    case 'category': {
      const label = locale === 'it' ? suggestion.nameIt : suggestion.nameEn;
      return { kind, label, href: `${market}?category=${suggestion.slug}` };
    }
    case 'seller':
      return { kind, label: suggestion.name, href: `${sellers}/${suggestion.slug}` };
    case 'listing':
      return { kind, label: suggestion.title, href: `${market}?q=${encodeURIComponent(suggestion.title)}` };
  }
}
