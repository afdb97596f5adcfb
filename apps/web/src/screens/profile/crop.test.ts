import { describe, expect, test } from 'vitest';
import { type Crop, dragged, largest, MAX_ZOOM, maxZoomOf, placed, type Size, zoomed, zoomOf } from './crop.ts';

const LANDSCAPE: Size = { width: 1600, height: 900 };
const inside = ({ width, height }: Size, { centreX, centreY, side }: Crop): boolean =>
  centreX - side / 2 >= -1e-9 && centreY - side / 2 >= -1e-9 && centreX + side / 2 <= width + 1e-9 && centreY + side / 2 <= height + 1e-9;

describe('a crop', () => {
  test('begins with the largest square, from the middle', () => {
    expect(largest(LANDSCAPE)).toEqual({ centreX: 800, centreY: 450, side: 900 });
    expect(largest({ width: 500, height: 2000 })).toEqual({ centreX: 250, centreY: 1000, side: 500 });
  });

  test('is dragged by shares of what is seen, as far as there is picture', () => {
    expect(dragged(LANDSCAPE, largest(LANDSCAPE), 0.1, 0.5)).toEqual({ centreX: 710, centreY: 450, side: 900 });
    expect(dragged(LANDSCAPE, largest(LANDSCAPE), 9, 9)).toEqual({ centreX: 450, centreY: 450, side: 900 });
    expect(dragged(LANDSCAPE, largest(LANDSCAPE), -9, -9)).toEqual({ centreX: 1150, centreY: 450, side: 900 });
  });

  test('is zoomed about the point under the hand', () => {
    const before = zoomed(LANDSCAPE, largest(LANDSCAPE), 2);
    const after = zoomed(LANDSCAPE, before, 4, 0.25, 0.75);
    const pointOf = ({ centreX, centreY, side }: Crop): number[] => [centreX + (0.25 - 0.5) * side, centreY + (0.75 - 0.5) * side];
    expect(zoomOf(LANDSCAPE, after)).toBeCloseTo(4);
    expect(pointOf(after)[0]).toBeCloseTo(pointOf(before)[0]!);
    expect(pointOf(after)[1]).toBeCloseTo(pointOf(before)[1]!);
  });

  test('never leaves the picture, whatever is done to it', () => {
    for (const size of [LANDSCAPE, { width: 3, height: 4000 }, { width: 1, height: 1 }, { width: 70, height: 65 }]) {
      let crop = largest(size);
      for (let step = 0; step < 200; step += 1) {
        crop = step % 3 === 0
          ? zoomed(size, crop, 0.2 + ((step * 7) % 23), ((step * 3) % 11) / 10, ((step * 5) % 13) / 10)
          : dragged(size, crop, ((step * 13) % 17) / 5 - 1.6, ((step * 11) % 19) / 5 - 1.8);
        expect(inside(size, crop), JSON.stringify({ size, crop, step })).toBe(true);
        expect(crop.side).toBeGreaterThan(0);
      }
    }
  });

  test('is zoomed only as far as something can be seen', () => {
    expect(maxZoomOf(LANDSCAPE)).toBe(MAX_ZOOM);
    expect(maxZoomOf({ width: 128, height: 128 })).toBe(2);
    expect(maxZoomOf({ width: 20, height: 20 })).toBe(1);
    expect(zoomOf(LANDSCAPE, zoomed(LANDSCAPE, largest(LANDSCAPE), 1000))).toBe(MAX_ZOOM);
  });

  test('is shown by where the picture lies behind a box', () => {
    expect(placed({ width: 1500, height: 500 }, { centreX: 1000, centreY: 200, side: 250 }, 500)).toEqual({ left: -1750, top: -150, width: 3000, height: 1000 });
  });
});
