/** The choices that live in cookies, so that the server renders them and nothing flashes. */

export const themes = ['light', 'dark', 'system'] as const;
export type Theme = (typeof themes)[number];

export const themeCookie = 'cascade-theme';
export const localeCookie = 'cascade-locale';

export function themeOf(value: string | undefined): Theme {
  return themes.find((theme) => theme === value) ?? 'system';
}

/** Keeps a choice for a year. Runs in the browser. */
export function keepChoice(cookie: typeof themeCookie | typeof localeCookie, value: string): void {
  const secure = window.location.protocol === 'https:' ? '; Secure' : '';
  document.cookie = `${cookie}=${value}; Path=/; Max-Age=31536000; SameSite=Lax${secure}`;
}
