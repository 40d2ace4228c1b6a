import { describe, expect, it } from 'vitest';
import { addressGroup } from './caller-address.ts';

describe('the name an address is counted under', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:4711', '192.0.2.1'],
    ['::ffff:192.0.2.1', '192.0.2.1'],
    ['::FFFF:C000:0201', '192.0.2.1'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff:ffff:ffff:ffff', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::9]:4711', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['2001:db8:1:3::1', '2001:db8:1:3::/64'],
    ['1::', '1:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('of %s is %s', (address, group) => {
    expect(addressGroup(address)).toBe(group);
  });

  it.each(['', 'unknown', 'evil.example', '1.2.3', '1.2.3.4.5', '::1::', '[::1', '9'.repeat(10_000), '{a}:{b}'])(
    'is one and the same for what is no address: "%.20s"',
    (text) => {
      expect(addressGroup(text)).toBe('unknown');
    },
  );
});
