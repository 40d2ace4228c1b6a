import Bowser from 'bowser';
import type { SessionClient } from './sessions.ts';

const lengthMax = 80;

/** What a citizen is shown of the browser behind a session: enough to know it again, not enough to follow anybody. */
export function sessionClientOf(facts: { userAgent: string; address: string }): SessionClient {
  return { device: deviceOf(facts.userAgent), place: placeOf(facts.address) };
}

/** For example `Firefox on Linux`; empty when the browser says nothing that is known. */
export function deviceOf(userAgent: string): string {
  if (userAgent === '') return '';
  const { browser, os } = Bowser.parse(userAgent.slice(0, 512));
  const known = [browser.name, os.name].filter((name) => name !== undefined && name !== '');
  return known.join(' on ').slice(0, lengthMax);
}

/** The network of an address: its first three numbers, or the first three groups of IPv6. Empty for none. */
export function placeOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/, '');
  if (/^\d{1,3}(\.\d{1,3}){3}$/.test(plain)) return `${plain.split('.').slice(0, 3).join('.')}.x`;
  if (!/^[0-9a-f:]*:[0-9a-f:]*$/i.test(plain)) return '';
  const [head = ''] = plain.split('::');
  return `${head.split(':').slice(0, 3).join(':')}::`.slice(0, lengthMax);
}
