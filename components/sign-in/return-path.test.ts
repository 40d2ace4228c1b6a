import { expect, test } from 'vitest';

import { returnPath } from '#components/sign-in/return-path.ts';

const origin = 'http://127.0.0.1:3000';

test('a citizen comes back to the page that asked for the sign-in, with its query', () => {
  expect(returnPath('/wallet/top-up/complete?session_id=cs_test_1#receipt', origin)).toBe(
    '/wallet/top-up/complete?session_id=cs_test_1#receipt',
  );
  expect(returnPath(`${origin}/orders?view=sold`, origin)).toBe('/orders?view=sold');
});

test.each([
  'https://evil.example/wallet',
  '//evil.example',
  '/\\evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  `${origin}//evil.example`,
  `${origin}@evil.example/`,
  'javascript:alert(1)',
  'data:text/html,x',
  'http://[',
  `/${'a'.repeat(2_000)}`,
])('%j leads nowhere but home', (callbackUrl) => {
  expect(returnPath(callbackUrl, origin)).toBe('/');
});

test('nobody is sent in a circle or to a door of the API', () => {
  for (const path of [undefined, '', '/sign-in', '/sign-in?error=internal', '/api/auth/signout']) {
    expect(returnPath(path, origin)).toBe('/');
  }
  expect(returnPath('/sign-in-history', origin)).toBe('/sign-in-history');
});
