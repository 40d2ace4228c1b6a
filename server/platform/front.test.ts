import { describe, expect, it } from 'vitest';
import {
  callerAddress,
  contentSecurityPolicy,
  frontRefusal,
  isForgedHeader,
  localeOfPath,
  makeNonce,
  securityHeaders,
} from './front.ts';

const settings = {
  appUrl: 'https://cascade.example',
  formOrigins: ['https://id.example'],
  isDevelopment: false,
  trustedProxyHops: 0,
};
const request = { method: 'GET', path: '/', headers: {} };

describe('the front', () => {
  it('refuses whatever looks like a Server Action', () => {
    expect(frontRefusal({ ...request, headers: { 'next-action': 'abc' } }, settings)?.code).toBe(
      'server_actions_not_supported',
    );
  });

  it('refuses writing methods outside /api', () => {
    expect(frontRefusal({ ...request, method: 'POST' }, settings)).toEqual({ status: 405, code: 'method_not_allowed' });
    expect(frontRefusal({ ...request, method: 'DELETE', path: '/wallet' }, settings)?.status).toBe(405);
    const own = { origin: settings.appUrl };
    expect(frontRefusal({ method: 'POST', path: '/api/trpc/orders.place', headers: own }, settings)).toBeNull();
  });

  it('refuses a write that another site started, but not a webhook', () => {
    const foreign = { method: 'POST', headers: { origin: 'https://evil.example' } };
    expect(frontRefusal({ ...foreign, path: '/api/trpc/orders.place' }, settings)?.code).toBe('foreign_origin');
    expect(frontRefusal({ ...foreign, path: '/api/webhooks/stripe' }, settings)).toBeNull();
  });

  it('takes a write without an origin only beside a bearer token', () => {
    const write = (headers: Record<string, string>) =>
      frontRefusal({ method: 'POST', path: '/api/trpc/orders.place', headers }, settings)?.code ?? null;
    expect(write({})).toBe('origin_required');
    expect(write({ authorization: 'Basic abc' })).toBe('origin_required');
    expect(write({ authorization: 'Bearer abc' })).toBeNull();
    expect(write({ authorization: 'Bearer abc', origin: 'null' })).toBe('foreign_origin');
    expect(write({ origin: settings.appUrl, 'sec-fetch-site': 'same-site' })).toBe('foreign_origin');
    expect(write({ origin: settings.appUrl, 'sec-fetch-site': 'same-origin' })).toBeNull();
  });

  it('drops headers that only the front may set', () => {
    const forged = [
      'x-middleware-subrequest',
      'x-nextjs-data',
      'x-forwarded-for',
      'x-cascade-address',
      'content-security-policy',
    ];
    expect(forged.every((name) => isForgedHeader(name, settings))).toBe(true);
    expect(isForgedHeader('accept-language', settings)).toBe(false);
  });

  it('lets the headers of hot reload pass in development only', () => {
    expect(isForgedHeader('x-nextjs-request-id', { isDevelopment: true })).toBe(false);
    expect(isForgedHeader('x-middleware-subrequest', { isDevelopment: true })).toBe(true);
  });

  it('believes only the address that a trusted proxy wrote', () => {
    const request = { peer: '10.0.0.1', forwardedFor: '6.6.6.6, 1.2.3.4, 10.0.0.2' };
    expect(callerAddress(request, 0)).toBe('10.0.0.1');
    expect(callerAddress(request, 2)).toBe('1.2.3.4');
    expect(callerAddress({ ...request, forwardedFor: '1.2.3.4' }, 2)).toBe('10.0.0.1');
    expect(callerAddress({ ...request, forwardedFor: undefined }, 1)).toBe('10.0.0.1');
  });

  it('allows scripts by nonce alone', () => {
    const policy = contentSecurityPolicy('abc', settings);
    expect(policy).toContain("script-src 'nonce-abc' 'strict-dynamic'");
    expect(policy).not.toContain('unsafe');
    expect(policy).toContain("frame-ancestors 'none'");
  });

  it('makes a nonce of 128 bits, never the same twice', () => {
    const nonces = Array.from({ length: 100 }, makeNonce);
    expect(new Set(nonces).size).toBe(100);
    expect(nonces.every((nonce) => Buffer.from(nonce, 'base64').length === 16)).toBe(true);
  });

  it('promises HTTPS only where there is HTTPS', () => {
    expect(securityHeaders('', settings)).toHaveProperty('strict-transport-security');
    expect(securityHeaders('', { ...settings, appUrl: 'http://127.0.0.1:3000' })).not.toHaveProperty(
      'strict-transport-security',
    );
  });

  it('takes the language from the address only when it is one of ours', () => {
    expect(localeOfPath('/it/market')).toBe('it');
    expect(localeOfPath('/en')).toBe('en');
    expect(localeOfPath('/italy')).toBeNull();
    expect(localeOfPath('/')).toBeNull();
  });
});
