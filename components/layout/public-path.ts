const prefixPattern = /^\/(en|it)(?=\/|$)/;

/** "/it" when the address itself carries the language, else "". */
export function localePrefix(path: string): '' | '/en' | '/it' {
  const found = prefixPattern.exec(path)?.[0];
  return found === '/en' || found === '/it' ? found : '';
}

/** The path without its language. */
export function withoutLocale(path: string): string {
  const rest = path.replace(prefixPattern, '');
  return rest === '' ? '/' : rest;
}

/** Puts the prefix before a public path: ("/it", "/") is "/it". */
export function withPrefix(prefix: string, path: string): string {
  return prefix !== '' && path === '/' ? prefix : `${prefix}${path}`;
}
