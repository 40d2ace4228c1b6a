import { describe, expect, it } from 'vitest';
import { authDetour, signInErrorCode } from './auth-door.ts';
import { returnUrl } from './auth-options.ts';

const detour = (method: string, path: string) => authDetour({ method, url: `http://localhost:3000${path}` });

describe('the door to next-auth', () => {
  it.each([
    ['GET', '/api/auth/csrf'],
    ['GET', '/api/auth/session'],
    ['POST', '/api/auth/signin/venice'],
    ['GET', '/api/auth/callback/venice?code=1&state=2'],
    ['POST', '/api/auth/signout'],
    ['GET', '/api/auth/signin?callbackUrl=%2Fwallet'],
  ])('lets %s %s pass', (method, path) => {
    expect(detour(method, path)).toBeNull();
  });

  it.each([
    ['POST', '/api/auth/_log'],
    ['GET', '/api/auth/verify-request'],
    ['GET', '/api/auth/providers'],
    ['GET', '/api/auth'],
    ['PUT', '/api/auth/session'],
    ['POST', '/api/auth/csrf'],
  ])('has nothing behind %s %s', (method, path) => {
    expect(detour(method, path)?.status).toBe(404);
  });

  it('refuses an address to return to that is none, instead of failing', () => {
    expect(detour('POST', '/api/auth/signin/venice?callbackUrl=:::')?.status).toBe(400);
    expect(detour('GET', '/api/auth/signin?callbackUrl=javascript%3Aalert(1)')?.status).toBe(400);
  });

  it('brings a citizen who changed their mind back to the sign-in page', () => {
    const answer = detour('GET', '/api/auth/callback/venice?error=access_denied&state=1');
    expect(answer?.headers.get('location')).toBe('/sign-in?error=sign_in_cancelled');
  });
});

describe('where a sign-in returns to', () => {
  const home = 'http://localhost:3000';

  it.each([
    ['/wallet?from=1', `${home}/wallet?from=1`],
    [`${home}/orders`, `${home}/orders`],
  ])('%s leads to our own page', (url, target) => {
    expect(returnUrl(url, home)).toBe(target);
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    'http://localhost:3000@evil.example',
    'data:,x',
  ])('%s leads nowhere else', (url) => {
    expect(new URL(returnUrl(url, home)).origin).toBe(home);
  });
});

describe('the code that the sign-in page explains', () => {
  it.each([
    [undefined, null],
    ['', null],
    ['citizen_not_found', 'citizen_not_found'],
    ['OAuthSignin', 'venice_unavailable'],
    ['OAuthCallback', 'sign_in_failed'],
    ['Callback', 'sign_in_failed'],
    ['<script>', 'sign_in_failed'],
  ])('for %s is %s', (error, code) => {
    expect(signInErrorCode(error)).toBe(code);
  });
});
