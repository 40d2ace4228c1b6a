import { cookies, headers } from 'next/headers';
import { getRequestConfig } from 'next-intl/server';

import { veniceTimeZone } from '#server/platform/calendar-day.ts';

import { chooseLocale } from './locale.ts';
import { loadMessages } from './messages.ts';

export default getRequestConfig(async () => {
  const [requestHeaders, requestCookies] = await Promise.all([headers(), cookies()]);
  const locale = chooseLocale({
    path: requestHeaders.get('x-cascade-locale'),
    cookie: requestCookies.get('cascade-locale')?.value,
    acceptLanguage: requestHeaders.get('accept-language'),
  });
  // Venice keeps one clock: every time on a page is the city's.
  return { locale, timeZone: veniceTimeZone, messages: await loadMessages(locale) };
});
