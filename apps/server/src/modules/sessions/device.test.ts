import { expect, test } from 'vitest';
import { deviceOf } from './device.ts';

const nothing = { device: 'unknown', browser: 'unknown', browserVersion: null, os: 'unknown', osVersion: null, vendor: null, model: null };

test.each([
  ['', nothing],
  ['()', nothing],
  ['curl/8.14.1', { ...nothing, browser: 'curl', browserVersion: '8.14.1' }],
  ['okhttp/4.12.0', { ...nothing, browser: 'okhttp', browserVersion: '4.12.0' }],
  ['node', { ...nothing, browser: 'node' }],
  ['x'.repeat(500), { ...nothing, browser: 'x'.repeat(60) }],
  [
    'Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.7339.52 Mobile Safari/537.36',
    { ...nothing, device: 'mobile', browser: 'Chrome', browserVersion: '140.0.7339.52', os: 'Android', osVersion: '15' },
  ],
  [
    'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15',
    { device: 'desktop', browser: 'Safari', browserVersion: '18.5', os: 'macOS', vendor: 'Apple' },
  ],
])('[SE12] %j', (userAgent, device) => {
  expect(deviceOf(userAgent)).toMatchObject(device);
});

test('[SE12] Whatever somebody sends is read in a moment', () => {
  const pieces = ['a/', '(', ';', ' ', 'Mozilla/5.0 ', 'Version/', '1.', 'Safari ', 'Android ', 'Windows NT '];
  const startMs = performance.now();
  for (const first of pieces) for (const second of pieces) deviceOf(first.repeat(250).slice(0, 250) + second.repeat(250).slice(0, 250));
  expect((performance.now() - startMs) / pieces.length ** 2).toBeLessThan(50);
});
