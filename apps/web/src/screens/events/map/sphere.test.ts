import { describe, expect, test } from 'vitest';
import { clustersOf } from './clusters.ts';
import { graticule } from './graticule.ts';
import { cities, cityOf } from './cities.ts';
import { offsetOf, type Place, placeAt, placeIn, placeText, roughly } from './sphere.ts';

const BERLIN: Place = { lat: 52.52, lng: 13.405 };
const FIJI: Place = { lat: -17, lng: 179.9 };
const NORTH: Place = { lat: 89.5, lng: 10 };
const kmOf = (from: Place, to: Place): number => Math.hypot(offsetOf(from, to).eastKm, offsetOf(from, to).northKm);

describe('a plain map is true from its middle', () => {
  test('in distance and direction', () => {
    const { eastKm, northKm } = offsetOf(BERLIN, { lat: 48.8566, lng: 2.3522 });
    expect(Math.hypot(eastKm, northKm)).toBeCloseTo(877.5, 0);
    expect(eastKm).toBeLessThan(-700);
    expect(northKm).toBeLessThan(-300);
  });

  test('over the 180th meridian and a pole', () => {
    expect(kmOf(FIJI, { lat: -17, lng: -179.9 })).toBeCloseTo(21.3, 0);
    expect(offsetOf(FIJI, { lat: -17, lng: -179.9 }).eastKm).toBeGreaterThan(0);
    expect(kmOf(NORTH, { lat: 89.5, lng: -170 })).toBeCloseTo(111.2, 0);
  });

  test.each([BERLIN, FIJI, NORTH, { lat: -89.9, lng: 0 }])('and leads back: around %o', (centre) => {
    for (const eastKm of [-400, -0.5, 0, 130]) {
      for (const northKm of [-300, 0, 0.5, 90]) {
        const place = placeAt(centre, { eastKm, northKm });
        expect(Math.abs(place.lng)).toBeLessThanOrEqual(180);
        const back = offsetOf(centre, place);
        expect(back.eastKm).toBeCloseTo(eastKm, 4);
        expect(back.northKm).toBeCloseTo(northKm, 4);
      }
    }
  });

  test.each([[BERLIN, 5], [FIJI, 500], [NORTH, 500], [BERLIN, 16_000]] as const)('has few lines, of numbers: around %o, %d km', (centre, radiusKm) => {
    const lines = graticule(centre, radiusKm);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.length).toBeLessThan(40);
    expect(lines.flat(2).every(Number.isFinite)).toBe(true);
  });
});

test('what lies on one another is one point that counts them; nothing is lost', () => {
  const spots = Array.from({ length: 60 }, (_, id) => ({ id, x: (id % 6) * 20 + (id % 2), y: 0, weight: id }));
  const clusters = clustersOf(spots, 9);
  expect(clusters).toHaveLength(6);
  expect(clusters.flatMap(({ ids }) => ids).toSorted((a, b) => a - b)).toEqual(spots.map(({ id }) => id));
  expect(clusters.reduce((sum, { weight }) => sum + weight, 0)).toBe((59 * 60) / 2);
});

test.each([['52.52, 13.405', 52.52, 13.405], [' -33.9;151.2', -33.9, 151.2], ['0 0', 0, 0]])('%j is a place', (text, lat, lng) => {
  expect(placeIn(text)).toEqual({ lat, lng });
  expect(placeIn(placeText({ lat, lng }))).toEqual({ lat, lng });
});
test.each(['', 'Berlin', '91, 0', '0, 181', '52,52 13,40', '1e3, 2', '1,'])('%j is none', (text) => expect(placeIn(text)).toBeUndefined());

test('roughly is within a kilometre, and hides the rest', () => {
  expect(roughly({ lat: 52.518612, lng: 13.376198 })).toEqual({ lat: 52.52, lng: 13.38 });
});

test('every city is somewhere', () => {
  expect(cities.length).toBeGreaterThan(300);
  expect(cities.filter(({ name, lat, lng }) => name === '' || !(Math.abs(lat) <= 90) || !(Math.abs(lng) <= 180))).toEqual([]);
  expect(cityOf('America/New_York')).toMatchObject({ name: 'New York', lat: 40.71, lng: -74.01 });
});
