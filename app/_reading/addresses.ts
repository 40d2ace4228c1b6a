import type { Metadata } from 'next';
import { headers } from 'next/headers';

import { localePrefix, withoutLocale, withPrefix } from '#components/layout/public-path.ts';

/** "/it" when this page was asked for under its language, else "". Public links keep it. */
export async function publicPrefix(): Promise<string> {
  return localePrefix((await headers()).get('x-cascade-path') ?? '/');
}

/** The addresses of this public page in every language, for search engines. */
export async function languageAlternates(): Promise<NonNullable<Metadata['alternates']>> {
  const path = (await headers()).get('x-cascade-path') ?? '/';
  const page = withoutLocale(path);
  return {
    canonical: path,
    languages: { en: withPrefix('/en', page), it: withPrefix('/it', page), 'x-default': page },
  };
}
