import { describe, expect, it } from 'vitest';
import { frontSecret, testFront } from '#server/testing/front.ts';
import { signedInCitizen } from '#server/testing/sessions.ts';

const front = await testFront();

describe.each(['/api/wallet/statement.csv', '/api/account/data'])('the file at %s', (path) => {
  const ask = (cookie: string) => fetch(`${front.base}${path}`, { headers: { cookie } });
  const newcomer = (name: string) =>
    signedInCitizen(front.direct, { username: `${name}${path.replaceAll(/\W/g, '')}`, secret: frontSecret });

  it('is given to whoever is signed in, and tells what is left of its limit', async () => {
    const { cookie } = await newcomer('Whole');
    const response = await ask(cookie);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment/);
    await response.text();
    expect(response.headers.get('ratelimit-remaining')).toMatch(/^\d+$/);
  });

  it('is given to nobody who signed in and still owes the second factor', async () => {
    const { cookie, citizenId } = await newcomer('Half');
    await front.direct.client.citizen.update({ where: { id: citizenId }, data: { hasSecondFactor: true } });
    const response = await ask(cookie);
    expect(await response.json()).toMatchObject({ status: 403, code: 'second_factor_required' });
  });
});
