import { expect, test } from 'vitest';
import { isFromNear } from './private-address.ts';

test.each([
  '127.0.0.1', '127.9.9.9', '::1', '10.1.2.3', '172.16.0.1', '172.31.255.255', '192.168.1.1', '::ffff:10.0.0.1', 'fd00::1', 'fe80::1%eth0',
])('%s is near', (ip) => expect(isFromNear(ip, {})).toBe(true));

test.each([
  '8.8.8.8', '172.15.0.1', '172.32.0.1', '192.169.0.1', '11.0.0.1', '::ffff:8.8.8.8', '2001:db8::1', '0.0.0.0', '::', 'not an address',
])('%s is not', (ip) => expect(isFromNear(ip, {})).toBe(false));

test.each(['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'])('with %s nobody is', (name) =>
  expect(isFromNear('127.0.0.1', { [name]: 'anything' })).toBe(false));
