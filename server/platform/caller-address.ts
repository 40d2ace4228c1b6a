import { isIPv4, isIPv6 } from 'node:net';

/**
 * Under which name an address is counted. An IPv6 address counts by its /64, which is the least that one subscriber
 * gets: whoever has one has 2^64 of them. Text that is no address counts as `unknown`, all of it together.
 */
export function addressGroup(address: string): string {
  const bare = withoutPort(address);
  if (isIPv4(bare)) return bare;
  // A zone names an interface of this machine, not of the caller's.
  const withoutZone = bare.split('%', 1)[0] ?? '';
  if (!isIPv6(withoutZone)) return 'unknown';
  const groups = groupsOf(withoutZone);
  const [high, low] = groups.slice(6);
  const isMapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  if (isMapped && high !== undefined && low !== undefined) return dotted(high, low);
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** Some proxies write the port as well: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(address: string): string {
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(address)?.[1];
  return bracketed ?? /^(\d+\.\d+\.\d+\.\d+):\d{1,5}$/.exec(address)?.[1] ?? address;
}

/** The eight groups of an IPv6 address, in lower case and without leading zeros. */
function groupsOf(address: string): string[] {
  const canonical = new URL(`http://[${address}]/`).hostname.slice(1, -1);
  const [before = '', after] = canonical.split('::', 2);
  const head = before === '' ? [] : before.split(':');
  const tail = after === undefined || after === '' ? [] : after.split(':');
  return [...head, ...Array.from({ length: 8 - head.length - tail.length }, () => '0'), ...tail];
}

function dotted(high: string, low: string): string {
  const [first, second] = [Number.parseInt(high, 16), Number.parseInt(low, 16)];
  return [first >> 8, first & 255, second >> 8, second & 255].join('.');
}
