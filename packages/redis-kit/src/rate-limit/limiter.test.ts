import { expect, test } from 'vitest';
import { createRateLimiter, type RateLimiterOptions } from './limiter.ts';
import { createMemoryRateLimitDriver } from './memory-driver.ts';
import { createAllowList, subjectOfIp } from './subject.ts';

const time = { nowMs: 1_800_000_000_000 };
const limiter = (options: Partial<RateLimiterOptions> = {}, allow?: (subject: string) => boolean) => {
  const driver = createMemoryRateLimitDriver({ clock: { now: () => time.nowMs } });
  const rule = { max: 2, windowMs: 900_000, prefix: 'login', ...options };
  return createRateLimiter(rule, { driver, ...(allow && { allow }) });
};

test('RL14 tells policy, limit and Retry-After as the draft writes them', async () => {
  const { check, headers, policyHeader } = limiter();
  expect(policyHeader).toBe('"login";q=2;w=900');
  expect(headers(await check('ann'))).toEqual({
    'RateLimit-Policy': '"login";q=2;w=900', RateLimit: '"login";r=1;t=900',
  });
  time.nowMs += 600_400;
  expect(headers(await check('ann'))).toEqual({
    'RateLimit-Policy': '"login";q=2;w=900', RateLimit: '"login";r=0;t=300',
  });
  expect(headers(await check('ann'))).toEqual({
    'RateLimit-Policy': '"login";q=2;w=900', RateLimit: '"login";r=0;t=300', 'Retry-After': '300',
  });
  expect(headers(await check('bob', 3))).toEqual({
    'RateLimit-Policy': '"login";q=2;w=900', RateLimit: '"login";r=2', 'Retry-After': '900',
  });
});

test('RL14 counts begun seconds, for windows and waits', async () => {
  const { check, headers, policyHeader } = limiter({ windowMs: 1500 });
  expect(policyHeader).toBe('"login";q=2;w=2');
  await check('ann', 2);
  expect(headers(await check('ann'))).toMatchObject({ RateLimit: '"login";r=0;t=2', 'Retry-After': '2' });
});

test('RL10 max 0 turns it off: everything is allowed, nothing is said', async () => {
  const { check, headers, policyHeader } = limiter({ max: 0 });
  const decision = await check('ann', 1000);
  expect(decision).toMatchObject({ allowed: true, source: 'off', retryAfterMs: 0 });
  expect([headers(decision), policyHeader]).toEqual([{}, '']);
});

test('RL10 whoever is on the allow list is neither limited nor counted', async () => {
  const { check, headers } = limiter({ max: 1 }, createAllowList(['10.0.0.0/8', '2001:db8::/32']));
  for (let i = 0; i < 3; i += 1) expect(await check('10.1.2.3')).toMatchObject({ allowed: true, source: 'off' });
  expect(headers(await check(subjectOfIp('2001:db8::5')))).toEqual({});
  expect([(await check('11.1.2.3')).allowed, (await check('11.1.2.3')).allowed]).toEqual([true, false]);
});

test('carries the message of its refusals', () => {
  expect(limiter({ message: 'Slow down' }).message).toBe('Slow down');
  expect(limiter().message).toMatch(/too many requests/i);
});

test('RL10 refuses rules and costs that mean nothing', () => {
  const rules = [
    { max: -1 }, { max: 1.5 }, { max: 2 ** 31 }, { windowMs: 49 }, { windowMs: 2 ** 31 }, { prefix: 'a:b' },
    { prefix: '' },
  ];
  for (const wrong of rules) {
    expect(() => limiter(wrong), JSON.stringify(wrong)).toThrow(RangeError);
  }
  for (const cost of [0, -1, 1.5, Number.NaN]) {
    expect(() => limiter().check('ann', cost), `${cost}`).toThrow(RangeError);
  }
});
