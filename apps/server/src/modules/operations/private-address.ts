import { BlockList, isIPv6 } from 'node:net';

/** Loopback (RFC 1122, 4291), private networks (RFC 1918), unique local and link-local IPv6 (RFC 4193, 4291). */
const near = new BlockList();
near.addSubnet('127.0.0.0', 8);
near.addSubnet('10.0.0.0', 8);
near.addSubnet('172.16.0.0', 12);
near.addSubnet('192.168.0.0', 16);
near.addAddress('::1', 'ipv6');
near.addSubnet('fc00::', 7, 'ipv6');
near.addSubnet('fe80::', 10, 'ipv6');

/** Whoever passes a request on for somebody says so in one of these. */
const PASSED_ON = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'];

/** Whether a request comes straight from this machine or its own network, and not through a proxy for somebody else. */
export function isFromNear(ip: string, headers: Readonly<Record<string, unknown>>): boolean {
  if (PASSED_ON.some((name) => headers[name] !== undefined)) return false;
  const address = ip.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  return near.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
