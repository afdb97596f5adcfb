import { offsetOf, type Place } from './sphere.ts';

const KM_PER_DEGREE = 111.2;
const STEPS = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30];
/** Points of each line: enough to look round. */
const POINTS = 24;

/**
 * Lines of latitude and longitude around a place, each as offsets in units of the radius, y down. They reach beyond the
 * circle, which cuts them.
 */
export function graticule(centre: Place, radiusKm: number): (readonly (readonly [x: number, y: number])[])[] {
  const reach = radiusKm / KM_PER_DEGREE;
  const step = STEPS.find((degrees) => reach / degrees <= 2.5) ?? 30;
  const [south, north] = [Math.max(-90, centre.lat - reach), Math.min(90, centre.lat + reach)];
  const isPolar = Math.abs(centre.lat) + reach > 80;
  const wide = isPolar ? 180 : Math.min(180, reach / Math.cos((Math.abs(centre.lat) + reach) * (Math.PI / 180)));
  const at = (lat: number, lng: number): readonly [number, number] => {
    const { eastKm, northKm } = offsetOf(centre, { lat, lng });
    return [eastKm / radiusKm, -northKm / radiusKm];
  };
  const along = (from: number, to: number, point: (value: number) => readonly [number, number]) =>
    Array.from({ length: POINTS + 1 }, (_, nth) => point(from + ((to - from) * nth) / POINTS));
  const lines = [];
  for (const lat of multiples(step, south, north)) lines.push(along(centre.lng - wide, centre.lng + wide, (lng) => at(lat, lng)));
  const across = isPolar ? 30 : step;
  for (const lng of multiples(across, centre.lng - wide, centre.lng + wide)) lines.push(along(south, north, (lat) => at(lat, lng)));
  return lines;
}

function multiples(step: number, from: number, to: number): number[] {
  const first = Math.ceil(from / step);
  return Array.from({ length: Math.max(0, Math.floor(to / step) - first + 1) }, (_, nth) => (first + nth) * step);
}
