import { describe, expect, it } from 'vitest';
import { quantile, settledAt, skewsOf, type Track } from '../bench/harness/skew-figures.ts';

const running = (fromMs: number, position: number, count = 40): Track =>
  Array.from({ length: count }, (_, index) => [fromMs + index * 50, position + (index * 50) / 1000] as const);

describe('how far viewers are apart', () => {
  it('is seen at the same moments, whenever each of them was sampled', () => {
    const tracks = [running(0, 10), running(13, 10.013), running(7, 10.037)];
    const skews = skewsOf(tracks, { fromMs: 100, untilMs: 1000 }, 'media');
    expect(skews).toHaveLength(3 * 10);
    expect(skews.filter((skew) => skew === 0)).toHaveLength(10);
    expect(skews.filter((skew) => skew === 30)).toHaveLength(20);
  });

  it('counts frames by what is on the screen', () => {
    const frames = (fromMs: number): Track => [0, 1, 2, 3].map((nth) => [fromMs + nth * 40, nth * 0.04] as const);
    expect(skewsOf([frames(0), frames(10)], { fromMs: 85, untilMs: 85 }, 'frames')).toEqual([40]);
    expect(skewsOf([frames(0), frames(10)], { fromMs: 95, untilMs: 95 }, 'frames')).toEqual([0]);
  });

  it('says which part lies below', () => {
    const values = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect([quantile(values, 0.95), quantile(values, 1), quantile([], 0.5)]).toEqual([95, 100, Number.NaN]);
  });
});

describe('being in step', () => {
  const target = (atMs: number): number => 10 + atMs / 1000;
  const late: Track = running(0, 9.9).map(([atMs, position]) => [atMs, position + (atMs >= 500 ? 0.08 : 0)] as const);

  it('begins when it lasts for a second', () => {
    expect(settledAt(late, 0, target, 40)).toBe(500);
    expect(settledAt(late, 800, target, 40)).toBe(800);
    expect(settledAt(late, 0, target, 10)).toBe(Infinity);
    expect(settledAt(late, 1200, target, 40)).toBe(Infinity);
  });
});
