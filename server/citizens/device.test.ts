import { describe, expect, it } from 'vitest';
import { deviceOf, placeOf } from './device.ts';

describe('what is kept of a browser', () => {
  it.each([
    ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox on Linux'],
    [
      'Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1',
      'Safari on iOS',
    ],
    ['', ''],
    ['\u0000'.repeat(600), ''],
  ])('is a name to know it by: %j', (userAgent, device) => {
    expect(deviceOf(userAgent)).toBe(device);
  });

  it.each([
    ['203.0.113.7', '203.0.113.x'],
    ['::ffff:203.0.113.7', '203.0.113.x'],
    ['2001:db8:85a3:8d3:1319:8a2e:370:7348', '2001:db8:85a3::'],
    ['::1', '::'],
    ['unknown', ''],
    ['', ''],
  ])('is the network, never the whole address: %s', (address, place) => {
    expect(placeOf(address)).toBe(place);
  });
});
