/** The mean radius that the server measures distances with. */
const EARTH_KM = 6371.0088;
const RADIANS = Math.PI / 180;

export interface Place {
  readonly lat: number;
  readonly lng: number;
}

/** On a flat map around a place: kilometres to the east and to the north, in the true direction and distance. */
export interface Offset {
  readonly eastKm: number;
  readonly northKm: number;
}

/** Over the poles and the 180th meridian too. */
export function offsetOf(centre: Place, place: Place): Offset {
  const [from, to, across] = [centre.lat * RADIANS, place.lat * RADIANS, (place.lng - centre.lng) * RADIANS];
  const half = Math.sin((to - from) / 2) ** 2 + Math.cos(from) * Math.cos(to) * Math.sin(across / 2) ** 2;
  const km = 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(half)));
  const bearing = Math.atan2(Math.sin(across) * Math.cos(to), Math.cos(from) * Math.sin(to) - Math.sin(from) * Math.cos(to) * Math.cos(across));
  return { eastKm: km * Math.sin(bearing), northKm: km * Math.cos(bearing) };
}

/** The other way round. */
export function placeAt(centre: Place, { eastKm, northKm }: Offset): Place {
  const [angle, bearing, from] = [Math.hypot(eastKm, northKm) / EARTH_KM, Math.atan2(eastKm, northKm), centre.lat * RADIANS];
  const sine = Math.sin(from) * Math.cos(angle) + Math.cos(from) * Math.sin(angle) * Math.cos(bearing);
  const to = Math.asin(Math.max(-1, Math.min(1, sine)));
  const across = Math.atan2(Math.sin(bearing) * Math.sin(angle) * Math.cos(from), Math.cos(angle) - Math.sin(from) * Math.sin(to));
  return { lat: to / RADIANS, lng: turned(centre.lng + across / RADIANS) };
}

/** From −180 to 180. */
const turned = (lng: number): number => ((lng + 540) % 360 + 360) % 360 - 180;

/** To a kilometre or so: enough for looking around, and not where exactly one is. */
export const roughly = ({ lat, lng }: Place): Place => ({ lat: Math.round(lat * 100) / 100, lng: Math.round(lng * 100) / 100 });

/** `52.5, 13.4` as people and addresses write it; undefined: it is no place. */
export function placeIn(text: string): Place | undefined {
  const [, lat, lng] = /^\s*([+-]?\d{1,2}(?:\.\d+)?)\s*[,; ]\s*([+-]?\d{1,3}(?:\.\d+)?)\s*$/.exec(text) ?? [];
  if (lat === undefined || lng === undefined) return undefined;
  const place = { lat: Number(lat), lng: Number(lng) };
  return Math.abs(place.lat) <= 90 && Math.abs(place.lng) <= 180 ? place : undefined;
}

export const placeText = ({ lat, lng }: Place): string => `${Number(lat.toFixed(6))}, ${Number(lng.toFixed(6))}`;
