/** The choices that live in cookies, so that the server renders them and nothing flashes. */

export const themes = ['light', 'dark', 'system'] as const;
export type Theme = (typeof themes)[number];

export const themeCookie = 'cascade-theme';
export const localeCookie = 'cascade-locale';
/** Set once the citizen put the encouragement to add a second factor away. */
export const factorBannerCookie = 'cascade-factor-banner';

type ChoiceCookie = typeof themeCookie | typeof localeCookie | typeof factorBannerCookie;

export function themeOf(value: string | undefined): Theme {
  return themes.find((theme) => theme === value) ?? 'system';
}

/** Keeps a choice for a year. Runs in the browser. */
export function keepChoice(cookie: ChoiceCookie, value: string): void {
  const secure = window.location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `${cookie}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}
