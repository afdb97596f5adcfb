import { expect, test } from 'vitest';
import { createVerifiedTokens } from './verified-tokens.ts';

const claims = { userId: 1, sessionId: '018f0000-0000-7000-8000-000000000001', expiresAtMs: 1000 };

test('[SE1] A token is known by its whole text, until it expires', () => {
  const tokens = createVerifiedTokens(10);
  tokens.add('head.claims.signature', claims);
  expect(tokens.claimsOf('head.claims.signature', 999)).toBe(claims);
  for (const other of ['head.claims.signaturf', 'head.claims.', 'head.claims', '']) expect(tokens.claimsOf(other, 999)).toBeUndefined();
  expect(tokens.claimsOf('head.claims.signature', 1000)).toBeUndefined();
  // Nor after the clock was set back.
  expect(tokens.claimsOf('head.claims.signature', 999)).toBeUndefined();
});

test('Of more tokens than it may keep, those used last stay', () => {
  const tokens = createVerifiedTokens(4);
  for (const token of ['a', 'b', 'c']) tokens.add(token, claims);
  tokens.claimsOf('a', 0);
  tokens.add('d', claims);
  tokens.add('d', claims);
  expect(['a', 'b', 'c', 'd'].filter((token) => tokens.claimsOf(token, 0) !== undefined)).toEqual(['a', 'c', 'd']);
});

test('Whatever is used and added, no more are kept than it may keep, and those used last never go', () => {
  const tokens = createVerifiedTokens(100);
  const known = (): number => Array.from({ length: 1000 }, (_, n) => n).filter((n) => tokens.claimsOf(`${n}`, 0) !== undefined).length;
  for (let n = 0; n < 1000; n += 1) {
    tokens.add(`${n}`, claims);
    for (const recent of [0, 7, 19]) if (n >= recent) expect(tokens.claimsOf(`${n - recent}`, 0)).toBe(claims);
  }
  expect(known()).toBeLessThanOrEqual(100);
});
