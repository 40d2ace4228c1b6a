import NextAuth from 'next-auth';
import type { NextRequest } from 'next/server';
import { authDetour } from '#server/api/auth-door.ts';
import { authOptionsFor } from '#server/api/auth-options.ts';

async function handler(request: NextRequest, context: { params: Promise<{ nextauth: string[] }> }): Promise<Response> {
  const detour = authDetour(request);
  if (detour !== null) return detour;
  return (await NextAuth(request, context, await authOptionsFor(request.headers))) as Response;
}

export { handler as GET, handler as POST };
