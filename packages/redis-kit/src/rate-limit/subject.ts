import { BlockList, isIP, isIPv4 } from 'node:net';

/**
 * Whom to count for an address: an IPv4 address itself, also when it is written as IPv6 (`::ffff:192.0.2.1`); of an
 * IPv6 address its /64 (`2001:db8:0:1::/64`), for whoever has one address there has them all. Anything else is
 * `unknown`: who hides the address shares one budget with all who do.
 */
export function subjectOfIp(address: string | undefined): string {
  if (address === undefined) return 'unknown';
  if (isIPv4(address)) return address;
  const groups = groupsOf(address);
  if (groups === undefined) return 'unknown';
  const mapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (mapped) return [groups[6]! >> 8, groups[6]! & 255, groups[7]! >> 8, groups[7]! & 255].join('.');
  return `${groups.slice(0, 4).map((group) => group.toString(16)).join(':')}::/64`;
}

/** The eight numbers of an IPv6 address, with or without a zone (`%eth0`). */
function groupsOf(address: string): number[] | undefined {
  if (isIP(address) !== 6) return undefined;
  const [text = ''] = address.split('%');
  const [head = '', tail] = text.split('::');
  const before = numbers(head);
  if (tail === undefined) return before;
  const after = numbers(tail);
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => 0), ...after];
}

/** `1:2:192.0.2.1` → 1, 2, and the two halves of the IPv4 address. */
function numbers(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (!group.includes('.')) return Number.parseInt(group, 16);
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/**
 * Says of a subject of `subjectOfIp` whether it lies in one of these networks: `10.0.0.0/8`, `192.0.2.7`,
 * `2001:db8::/32`. Throws a RangeError for what is no network, and for a part of an IPv6 /64, such as one address.
 */
export function createAllowList(networks: readonly string[]): (subject: string) => boolean {
  // One list each: in a common one `::/64` would hold every IPv4 address, as `::ffff:0:0/96`.
  const [ipv4, ipv6] = [new BlockList(), new BlockList()];
  for (const network of networks) {
    const [address = '', length, more] = network.trim().split('/');
    const family = isIP(address);
    const most = family === 6 ? 128 : 32;
    const bits = length === undefined ? most : /^\d{1,3}$/.test(length) ? Number(length) : Infinity;
    if (family === 0 || more !== undefined || bits > most) {
      throw new RangeError(`Not an address or network: ${JSON.stringify(network)}`);
    }
    if (family === 6 && bits > 64) {
      throw new RangeError(`IPv6 is counted by /64, of which ${JSON.stringify(network)} is only a part`);
    }
    if (family === 6) ipv6.addSubnet(address, bits, 'ipv6');
    else ipv4.addSubnet(address, bits, 'ipv4');
  }
  if (networks.length === 0) return () => false;
  return (subject) => {
    if (isIPv4(subject)) return ipv4.check(subject, 'ipv4');
    return subject.endsWith('::/64') && ipv6.check(subject.slice(0, -3), 'ipv6');
  };
}
