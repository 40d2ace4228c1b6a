import { headers } from 'next/headers';
import { cache } from 'react';
import { createContext } from '#server/api/context.ts';
import { createCaller } from '#server/api/root.ts';

/** The procedures as functions, with the rights of whoever asked for the page. One per request. */
export const serverCaller = cache(async () => createCaller(await createContext(await pageHeaders())));

/** Tokens are for the doors of the API: with one, a page is drawn as for somebody who is not signed in. */
async function pageHeaders(): Promise<Headers> {
  const asked = new Headers(await headers());
  if (asked.has('authorization')) {
    asked.delete('authorization');
    asked.delete('cookie');
  }
  return asked;
}
