import { expect, test } from 'vitest';
import { base32, codeAt, otpauthUri, stepAt, stepOf } from './totp.ts';

/** RFC 6238, appendix B, of which an app shows the last six digits. */
const SECRET = Buffer.from('12345678901234567890');

test.each([
  [59, '287082'], [1_111_111_109, '081804'], [1_111_111_111, '050471'], [1_234_567_890, '005924'],
  [2_000_000_000, '279037'], [20_000_000_000, '353130'],
])('[AC17] At second %i the code is %s, as in RFC 6238', (second, code) => {
  expect(codeAt(SECRET, stepAt(second * 1000))).toBe(code);
});

test('[AC17] A code holds for its half-minute and one either side, and only after the last one taken', () => {
  const nowMs = 1_111_111_111_000;
  const now = stepAt(nowMs);
  const found = (step: number, lastStep = 0) => stepOf(SECRET, codeAt(SECRET, step), { nowMs, lastStep });
  expect([-2, -1, 0, 1, 2].map((away) => found(now + away))).toEqual([undefined, now - 1, now, now + 1, undefined]);
  expect([-1, 0, 1].map((away) => found(now + away, now))).toEqual([undefined, undefined, now + 1]);
  for (const code of ['', '000000', '05047', '0504711', ' 050471', '05047１', 'abcdef']) {
    expect(stepOf(SECRET, code, { nowMs, lastStep: 0 }), code).toBeUndefined();
  }
});

test('[AC17] Apps read the secret from its address', () => {
  // RFC 4648, section 10.
  expect(['', 'f', 'fo', 'foo', 'foob', 'fooba', 'foobar'].map((text) => base32(Buffer.from(text)))).toEqual(
    ['', 'MY', 'MZXQ', 'MZXW6', 'MZXW6YQ', 'MZXW6YTB', 'MZXW6YTBOI']);
  expect(otpauthUri(SECRET, { issuer: 'WatchParty', account: 'ann' })).toBe(
    'otpauth://totp/WatchParty:ann?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=WatchParty');
});
