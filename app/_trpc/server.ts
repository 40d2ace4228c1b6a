import { headers } from 'next/headers';
import { cache } from 'react';
import { createContext } from '#server/api/context.ts';
import { createCaller } from '#server/api/root.ts';

/** The procedures as functions, with the rights of whoever asked for the page. One per request. */
export const serverCaller = cache(async () => createCaller(await createContext(new Headers(await headers()))));
