export const locales = ['en', 'it'] as const;
export type Locale = (typeof locales)[number];
export const fallbackLocale: Locale = 'en';

export function isLocale(value: unknown): value is Locale {
  return locales.some((locale) => locale === value);
}

interface LocaleClues {
  /** The language in the path (/it/…), which wins over everything. */
  path: string | null;
  cookie: string | undefined;
  acceptLanguage: string | null;
}

export function chooseLocale(clues: LocaleClues): Locale {
  if (isLocale(clues.path)) return clues.path;
  if (isLocale(clues.cookie)) return clues.cookie;
  return firstAccepted(clues.acceptLanguage ?? '') ?? fallbackLocale;
}

function firstAccepted(header: string): Locale | undefined {
  const wishes = header
    .slice(0, 500)
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().toLowerCase().split(';');
      const quality = parameters.find((parameter) => parameter.trim().startsWith('q='));
      return { language: tag.split('-')[0], weight: quality === undefined ? 1 : Number(quality.trim().slice(2)) };
    })
    .filter((wish) => wish.weight > 0)
    .sort((a, b) => b.weight - a.weight);
  return wishes.map((wish) => wish.language).find(isLocale);
}
