/** The mean radius of the earth, which distances are told by. */
export const EARTH_RADIUS_KM = 6371.0088;

export interface Point {
  /** Degrees. */
  readonly lat: number;
  readonly lng: number;
}

/** A piece of the sphere between two parallels and, eastwards, two meridians, in degrees; at most half a turn wide. */
export interface Tile {
  readonly south: number;
  readonly north: number;
  readonly west: number;
  readonly width: number;
}

const RADIANS = Math.PI / 180;
const turn = (degrees: number): number => ((degrees % 360) + 360) % 360;

/** Great circle, in km, by the haversine formula: exact to the millimetre at short distances too. */
export function distanceKm(a: Point, b: Point): number {
  const lat = Math.sin(((b.lat - a.lat) / 2) * RADIANS);
  const lng = Math.sin(((b.lng - a.lng) / 2) * RADIANS);
  const part = lat * lat + Math.cos(a.lat * RADIANS) * Math.cos(b.lat * RADIANS) * lng * lng;
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, Math.sqrt(part)));
}

/** From a point to the nearest of a tile, in km; 0 within. */
export function distanceToTileKm(from: Point, { south, north, west, width }: Tile): number {
  const east = turn(from.lng - west);
  if (east <= width) return Math.max(0, south - from.lat, from.lat - north) * RADIANS * EARTH_RADIUS_KM;
  // Outside its meridians the nearest point lies on the nearer one of them: where the great circle through the point meets
  // it at a right angle, or at one of its ends.
  const aside = Math.min(east - width, 360 - east);
  const to = (lat: number): number => distanceKm(from, { lat, lng: from.lng + aside });
  const foot = Math.atan2(Math.tan(from.lat * RADIANS), Math.cos(aside * RADIANS)) / RADIANS;
  const nearest = Math.min(to(south), to(north));
  return aside < 90 && foot > south && foot < north ? Math.min(nearest, to(foot)) : nearest;
}

/** By how many degrees of longitude a circle reaches to either side; 180 where a pole lies within. */
export function longitudesOf({ lat }: Point, radiusKm: number): number {
  const angle = radiusKm / EARTH_RADIUS_KM;
  if (Math.abs(lat) * RADIANS + angle >= Math.PI / 2) return 180;
  return Math.asin(Math.min(1, Math.sin(angle) / Math.cos(lat * RADIANS))) / RADIANS;
}

export const degreesOf = (km: number): number => km / EARTH_RADIUS_KM / RADIANS;
