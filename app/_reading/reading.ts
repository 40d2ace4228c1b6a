import { TRPCError } from '@trpc/server';
import { headers } from 'next/headers';
import { notFound, redirect } from 'next/navigation';

import { readVisitor } from '#app/_reading/visitor.ts';
import type { Visitor } from '#components/layout/visitor.ts';

/** The visitor, who must be signed in; anyone else is sent to sign in and comes back. */
export async function requireVisitor(): Promise<Visitor> {
  const visitor = await readVisitor();
  if (visitor === null) redirect(signInPath(await currentAddress()));
  if (visitor.owesSecondFactor) redirect(factorPath(await currentAddress()));
  return visitor;
}

/** An operator in good standing; to everyone else there is no such page. */
export async function requireOperator(): Promise<Visitor> {
  const visitor = await requireVisitor();
  if (visitor.role !== 'operator') notFound();
  // Operators need a second factor: this is where it is set up.
  if (!visitor.isOperator) redirect('/account/security');
  return visitor;
}

export function signInPath(returnTo: string): string {
  return `/sign-in?${new URLSearchParams({ callbackUrl: returnTo }).toString()}`;
}

/** Where someone who signed in by half gives their second factor. */
export function factorPath(returnTo: string): string {
  return `/sign-in/factor?${new URLSearchParams({ callbackUrl: returnTo }).toString()}`;
}

/** The path of this request, without its query. */
export async function currentPath(): Promise<string> {
  return (await headers()).get('x-cascade-path') ?? '/';
}

/** The path of this request with its query. */
export async function currentAddress(): Promise<string> {
  const requestHeaders = await headers();
  const query = requestHeaders.get('x-cascade-query') ?? '';
  const path = requestHeaders.get('x-cascade-path') ?? '/';
  return query === '' ? path : `${path}?${query}`;
}

/** What the call answers, or null where there is nothing of the kind. */
export async function orNull<Answer>(call: Promise<Answer>): Promise<Answer | null> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TRPCError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/** What the call answers; a thing that does not exist, or a malformed id, is the page "not found". */
export async function orNotFound<Answer>(call: Promise<Answer>): Promise<Answer> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof TRPCError && (error.code === 'NOT_FOUND' || error.code === 'BAD_REQUEST')) notFound();
    throw error;
  }
}
