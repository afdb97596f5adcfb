import { expect, test } from 'vitest';
import { createAllowList, subjectOfIp } from './subject.ts';

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:c000:0201', '192.0.2.1'],
  ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:1:2:3:4:5', '2001:db8:0:1::/64'],
  ['2001:DB8:0:1::', '2001:db8:0:1::/64'],
  ['2001:0db8::1:0:0:0:9', '2001:db8:0:1::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['64:ff9b::192.0.2.1', '64:ff9b:0:0::/64'],
  [undefined, 'unknown'],
  ['', 'unknown'],
  ['192.0.2.1, 10.0.0.1', 'unknown'],
  ['1:2:3', 'unknown'],
])('RL6 %s is counted as %s', (address, subject) => {
  expect(subjectOfIp(address)).toBe(subject);
});

test('RL10 an allow list knows the subjects in its networks', () => {
  const allow = createAllowList(['10.0.0.0/8', '192.0.2.7', '2001:db8::/32', ' ::/64 ', 'fd00::/8']);
  for (const address of ['10.255.0.1', '::ffff:10.0.0.1', '192.0.2.7', '2001:db8:5::9', '::1', 'fdff::1']) {
    expect(allow(subjectOfIp(address)), address).toBe(true);
  }
  const others = ['11.0.0.1', '192.0.2.8', subjectOfIp('2001:db9::'), 'unknown', '10', 'user:1', '', '10.0.0.1/64'];
  for (const subject of others) {
    expect(allow(subject), subject).toBe(false);
  }
  expect(createAllowList([])('10.0.0.1')).toBe(false);
});

test('RL10 an allow list refuses what it could not keep', () => {
  for (const network of ['', 'localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '2001:db8::/129', '::/-1']) {
    expect(() => createAllowList([network]), network).toThrow(/Not an address or network/);
  }
  for (const network of ['2001:db8::1', '2001:db8::/65', '::ffff:10.0.0.0/104']) {
    expect(() => createAllowList([network]), network).toThrow(/counted by \/64/);
  }
});
