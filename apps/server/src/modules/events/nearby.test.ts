import type { NearbyEvent, NearbyQuery } from '@watchparty/protocol';
import { between, runSeed, seeded } from '@watchparty/redis-kit/test/history';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../../test/postgres.ts';
import { cellOf, type Grid, placeGrid, regionGrid } from './discovery-grid.ts';
import { EARTH_RADIUS_KM, type Point } from './discovery-sphere.ts';
import { createNearby } from './nearby.ts';

const DEEP = process.env['WATCHPARTY_DEEP'] === '1';
const EVENTS = DEEP ? 100_000 : 6000;
const QUESTIONS = DEEP ? 600 : 80;
const HOUR_MS = 3_600_000;
const NOW_MS = Date.UTC(2026, 6, 1, 12);
/** By which two formulas for the same distance may differ. */
const ROUNDING_KM = 1e-5;

const seed = runSeed(process.env);
const random = seeded(seed);
const integer = (low: number, high: number): number => between(random, low, high);
const uniform = (from: number, to: number): number => from + (to - from) * random();
const pick = <T>(items: readonly T[]): T => items[integer(0, items.length - 1)]!;

interface Planned extends Point {
  readonly startsMs: number;
  readonly overMs: number;
  readonly hidden: 'friends' | 'private' | 'cancelled' | undefined;
}
interface Kept extends Planned {
  readonly id: number;
}

const RADIANS = Math.PI / 180;
const vector = ({ lat, lng }: Point): [number, number, number] =>
  [Math.cos(lat * RADIANS) * Math.cos(lng * RADIANS), Math.cos(lat * RADIANS) * Math.sin(lng * RADIANS), Math.sin(lat * RADIANS)];

/** Another formula than ours: the angle between two vectors. */
function oracleKm(a: Point, b: Point): number {
  const [[ax, ay, az], [bx, by, bz]] = [vector(a), vector(b)];
  const cross = Math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx);
  return EARTH_RADIUS_KM * Math.atan2(cross, ax * bx + ay * by + az * bz);
}

/** Where one comes to from a point after so far in a direction. */
function beside(from: Point, km: number, bearing: number): Point {
  const [lat, angle] = [from.lat * RADIANS, km / EARTH_RADIUS_KM];
  const to = Math.asin(Math.sin(lat) * Math.cos(angle) + Math.cos(lat) * Math.sin(angle) * Math.cos(bearing));
  const aside = Math.atan2(Math.sin(bearing) * Math.sin(angle) * Math.cos(lat), Math.cos(angle) - Math.sin(lat) * Math.sin(to));
  const lng = from.lng + aside / RADIANS;
  return { lat: to / RADIANS, lng: lng > 180 ? lng - 360 : lng < -180 ? lng + 360 : lng };
}

const RADII = [0.001, 1, 5, 19.999_999, 20, 60, 180, 333, 500];
const TOWN = { lat: 52.52, lng: 13.405 };
/** The poles, both sides of the 180th meridian, edges and corners of cells and of bands of other widths, a town. */
const ODD: readonly Point[] = [
  ...[-90, 90, -89.99, 89.99, -89.75, 89.75].flatMap((lat) => [-180, -90.1, 0, 45, 179.999, 180].map((lng) => ({ lat, lng }))),
  ...[-75.25, -60, -45.125, 0, 0.25, 59.999, 60, 60.001, 75, 82.5, 86.25].flatMap((lat) =>
    [-180, -179.999, -0.25, 0, 0.125, 179.75, 179.9999, 180].map((lng) => ({ lat, lng }))),
  TOWN,
];
/** Spread evenly, so that the nearest few are found by the first look, by the second, or by both. */
const aroundTown = (): Point => beside(TOWN, 200 * Math.sqrt(uniform(0, 1)), uniform(0, 2 * Math.PI));
const somewhere = (): Point => ({ lat: Math.asin(uniform(-1, 1)) / RADIANS, lng: uniform(-180, 180) });

function place(): Point {
  const kind = integer(0, 12);
  if (kind <= 2) return somewhere();
  if (kind >= 10) return aroundTown();
  const odd = pick(ODD);
  if (kind === 3) return odd;
  // On the border of a circle that is asked about, just within it and just outside.
  if (kind <= 5) return beside(odd, pick(RADII) * pick([1, 1 - 1e-6, 1 + 1e-6]), uniform(0, 2 * Math.PI));
  return beside(odd, uniform(0, 1) ** 2 * 500, uniform(0, 2 * Math.PI));
}

function plan(): Planned {
  const startsMs = NOW_MS + integer(-20 * 24, 60 * 24) * HOUR_MS;
  const hours = pick([1, 3, 3, 3, 24, 25, 14 * 24]);
  return { ...place(), startsMs, overMs: startsMs + hours * HOUR_MS, hidden: pick([undefined, undefined, undefined, undefined, 'friends', 'private', 'cancelled'] as const) };
}

let db: TestDatabase;
let kept: Kept[];
beforeAll(async () => {
  db = await createTestDatabase();
  const { kysely } = db.database;
  const owner = await kysely.insertInto('users')
    .values({ username: 'owner', display_name: 'owner', email: 'owner@example.org', password_hash: 'x', role: 'user' })
    .returning('id').executeTakeFirstOrThrow();
  kept = [];
  for (let done = 0; done < EVENTS; done += 2000) {
    const planned = Array.from({ length: Math.min(2000, EVENTS - done) }, plan);
    const ids = await kysely.insertInto('events').values(planned.map(({ lat, lng, startsMs, overMs, hidden }) => ({
      owner_id: owner.id, title: 'An event', starts_at: new Date(startsMs), over_at: new Date(overMs), lat, lng,
      visibility: hidden === 'friends' || hidden === 'private' ? hidden : 'public' as const,
      ...(hidden === 'cancelled' && { cancelled_at: new Date(NOW_MS) }),
    }))).returning('id').execute();
    for (const [at, { id }] of ids.entries()) kept.push({ ...planned[at]!, id });
  }
}, 300_000);
afterAll(() => db.drop());

const clock = { now: () => NOW_MS };
const ask = (query: NearbyQuery) => createNearby({ queries: db.database.kysely, clock }).nearby(undefined, query);

/** Page by page, `most` pages. */
async function pages(query: NearbyQuery, most: number): Promise<{ items: NearbyEvent[]; whole: boolean }> {
  const items: NearbyEvent[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < most; page += 1) {
    const answer = await ask({ ...query, ...(cursor !== undefined && { cursor }) });
    items.push(...answer.items);
    if (answer.nextCursor === null) return { items, whole: true };
    cursor = answer.nextCursor;
  }
  return { items, whole: false };
}

describe(`Events nearby beside every event looked at, ${EVENTS} events (HISTORY_SEED=${seed})`, () => {
  test('[ED1] [ED2] [ED3] [ED4] The same events in the same order at the same distances, on every page', async () => {
    let compared = 0;
    for (let nth = 0; nth < QUESTIONS; nth += 1) {
      const centre = pick([pick(ODD), pick(ODD), place(), pick(kept), aroundTown(), aroundTown(), aroundTown(), aroundTown()]);
      const { lat, lng } = centre;
      const radiusKm = pick([...RADII, uniform(0.1, 500)]);
      const fromMs = NOW_MS + pick([0, 1, 24, 24 * 20]) * HOUR_MS;
      const toMs = fromMs + pick([0, 1, 24, 24 * 7, 24 * 30]) * HOUR_MS;
      const limit = pick([1, 7, 20, 100]);
      const query = { lat, lng, radiusKm, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString(), limit };
      const { items, whole } = await pages(query, limit === 1 ? 5 : 8);

      const places = new Map(kept.map((one) => [one.id, one]));
      const expected = kept
        .filter(({ startsMs, overMs, hidden }) => hidden === undefined && startsMs <= toMs && overMs > fromMs)
        .map((one) => oracleKm(centre, one)).filter((km) => km <= radiusKm + ROUNDING_KM).toSorted((a, b) => a - b);
      const told = `question ${nth} at ${lat}, ${lng} within ${radiusKm} km`;
      expect(new Set(items.map(({ id }) => id)).size, told).toBe(items.length);
      for (const [at, { id, distanceKm }] of items.entries()) {
        const { hidden, startsMs, overMs } = places.get(id)!;
        expect([hidden, startsMs <= toMs, overMs > fromMs], told).toEqual([undefined, true, true]);
        expect(Math.abs(distanceKm - oracleKm(centre, places.get(id)!)), told).toBeLessThan(ROUNDING_KM);
        expect(Math.abs(distanceKm - expected[at]!), told).toBeLessThan(ROUNDING_KM);
        expect(distanceKm, told).toBeLessThanOrEqual(radiusKm);
        const before = items[at - 1];
        if (before) expect(before.distanceKm < distanceKm || (before.distanceKm === distanceKm && before.id < id), told).toBe(true);
      }
      // On the very border either formula may round to either side.
      if (whole) expect(items.length, told).toBeGreaterThanOrEqual(expected.filter((km) => km <= radiusKm - ROUNDING_KM).length);
      if (!whole) expect(items.length).toBe(limit * (limit === 1 ? 5 : 8));
      compared += items.length;
    }
    expect(compared).toBeGreaterThan(QUESTIONS);
  }, DEEP ? 1_200_000 : 60_000);

  test('[ED1] The database puts a place into the cell that is looked into', async () => {
    const numbered = await db.database.kysely.selectFrom('events').select(['lat', 'lng', 'place_cell', 'region']).execute();
    expect(numbered.length).toBe(EVENTS);
    const numberOf = (grid: Grid, { lat, lng }: { lat: number | null; lng: number | null }) => cellOf(grid, { lat: lat!, lng: lng! });
    expect(numbered.filter((row) => numberOf(placeGrid, row) !== row.place_cell || numberOf(regionGrid, row) !== row.region)).toEqual([]);
  });
});

test('[ED3] What has begun and is not over counts as now; by default one looks 30 days ahead, and never back', async () => {
  const here = { lat: -47.1, lng: -129.3 };
  const { id: owner_id } = await db.database.kysely.selectFrom('users').select('id').executeTakeFirstOrThrow();
  const at = (startHours: number, overHours: number) => ({
    owner_id, title: `${startHours} to ${overHours}`, ...here,
    starts_at: new Date(NOW_MS + startHours * HOUR_MS), over_at: new Date(NOW_MS + overHours * HOUR_MS),
  });
  await db.database.kysely.insertInto('events').values([at(-2, 0), at(-2, 1), at(-24 * 13, 1), at(30 * 24, 30 * 24 + 1), at(30 * 24 + 1, 30 * 24 + 2)]).execute();
  const titles = async (query: Partial<NearbyQuery>) => (await ask({ ...here, radiusKm: 0.5, ...query })).items.map(({ title }) => title);
  const now = ['-2 to 1', '-312 to 1', '720 to 721'];
  expect(await titles({})).toEqual(now);
  expect(await titles({ from: '2020-01-01T00:00:00Z' })).toEqual(now);
  await expect(titles({ to: new Date(NOW_MS - 1).toISOString() })).rejects.toThrow(expect.objectContaining({ code: 'events.times_invalid' }));
  await expect(titles({ to: new Date(NOW_MS + 367 * 24 * HOUR_MS).toISOString() })).rejects.toThrow(expect.objectContaining({ code: 'events.times_invalid' }));
  for (const cursor of ['x', '1_', '_1', '1_9999999999', '1e5_3', '12.5_1;drop']) {
    await expect(titles({ cursor }), cursor).rejects.toThrow(expect.objectContaining({ code: 'events.cursor_invalid' }));
  }
});
