'use client';

import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createTRPCClient, httpBatchLink, httpSubscriptionLink, retryLink, splitLink } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import { useState, type ReactNode } from 'react';
import superjson from 'superjson';

import { hashOfKey } from '#components/trpc/query-key.ts';
import type { AppRouter } from '#server/api/root.ts';

const context = createTRPCContext<AppRouter>();

/** Typed query and mutation options of every procedure, for client islands. */
export const useTRPC = context.useTRPC;

const batchSizeMax = 10;
const streamAttemptsMax = 12;
const streamPauseMsMax = 60_000;

/** Not after an answer that will stay the same, such as that nobody is signed in any longer. */
function isWorthAnother(httpStatus: number | undefined): boolean {
  return httpStatus === undefined || httpStatus === 429 || httpStatus >= 500;
}

/** Gives the islands below it one query cache and one typed client. */
export function TRPCProvider({ children }: { children: ReactNode }) {
  const [queryClient] = useState(
    () =>
      new QueryClient({
        defaultOptions: {
          queries: { staleTime: 10_000, retry: 1, queryKeyHashFn: hashOfKey },
          mutations: { retry: false },
        },
      }),
  );
  const [trpcClient] = useState(() =>
    createTRPCClient<AppRouter>({
      links: [
        splitLink({
          condition: ({ type }) => type === 'subscription',
          true: [
            // The browser comes back by itself after a cut; this is for when it gave up, or was told that there is no room.
            retryLink({
              retry: ({ attempts, error }) => attempts < streamAttemptsMax && isWorthAnother(error.data?.httpStatus),
              retryDelayMs: (attempts) => Math.min(1_000 * 2 ** attempts, streamPauseMsMax) * (0.5 + Math.random() / 2),
            }),
            httpSubscriptionLink({ url: '/api/trpc', transformer: superjson }),
          ],
          false: httpBatchLink({ url: '/api/trpc', transformer: superjson, maxItems: batchSizeMax }),
        }),
      ],
    }),
  );
  return (
    <QueryClientProvider client={queryClient}>
      <context.TRPCProvider trpcClient={trpcClient} queryClient={queryClient}>
        {children}
      </context.TRPCProvider>
    </QueryClientProvider>
  );
}
