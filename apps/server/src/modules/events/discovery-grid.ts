import { degreesOf, distanceToTileKm, longitudesOf, type Point, type Tile } from './discovery-sphere.ts';

/**
 * The sphere cut into bands of latitude from the south, and each band into cells: fewer towards the poles, so that none is
 * much wider than high. A cell's number is `band × stride +` its place in the band, from 180° W. The database computes the
 * same numbers (`event_place_cell`, `event_region`).
 */
export interface Grid {
  readonly bands: number;
  readonly stride: number;
  cellsIn(band: number): number;
}

/** What nearby events are looked for in: 28 km high. */
export const placeGrid: Grid = {
  bands: 720, stride: 2048,
  cellsIn(band) {
    if (band >= 120 && band <= 599) return 1440;
    if (band >= 60 && band <= 659) return 720;
    if (band >= 30 && band <= 689) return 360;
    return band >= 15 && band <= 704 ? 180 : 45;
  },
};

/** What is popular where: 334 km high. */
export const regionGrid: Grid = {
  bands: 60, stride: 128,
  cellsIn(band) {
    if (band >= 10 && band <= 49) return 120;
    return band >= 5 && band <= 54 ? 60 : 20;
  },
};

const heightOf = ({ bands }: Grid): number => 180 / bands;
const bandAt = (grid: Grid, lat: number): number => Math.max(0, Math.min(grid.bands - 1, Math.floor((lat + 90) / heightOf(grid))));

export function cellOf(grid: Grid, { lat, lng }: Point): number {
  const band = bandAt(grid, lat);
  const cells = grid.cellsIn(band);
  return band * grid.stride + Math.min(cells - 1, Math.floor(((lng + 180) / 360) * cells));
}

function tileOf(grid: Grid, band: number, place: number): Tile {
  const width = 360 / grid.cellsIn(band);
  const south = band * heightOf(grid) - 90;
  return { south, north: south + heightOf(grid), west: place * width - 180, width };
}

/** The cells of a band between two meridians, whichever way round the sphere they are counted. */
function* between(grid: Grid, band: number, west: number, east: number): Generator<number> {
  const cells = grid.cellsIn(band);
  const first = Math.floor(((west + 180) / 360) * cells);
  const last = Math.min(Math.floor(((east + 180) / 360) * cells), first + cells - 1);
  for (let place = first; place <= last; place += 1) yield ((place % cells) + cells) % cells;
}

/** More than rounding can amount to, less than matters. */
const SLACK_KM = 1e-6;
const SLACK_DEGREES = 1e-9;

/** The cells of which something is within `toKm` of a point and nothing within `beyondKm`; negative: none is left out. */
export function cellsBetween(grid: Grid, centre: Point, beyondKm: number, toKm: number): number[] {
  const [high, aside] = [degreesOf(toKm) + SLACK_DEGREES, longitudesOf(centre, toKm) + SLACK_DEGREES];
  const found: number[] = [];
  for (let band = bandAt(grid, centre.lat - high); band <= bandAt(grid, centre.lat + high); band += 1) {
    for (const place of between(grid, band, centre.lng - aside, centre.lng + aside)) {
      const km = distanceToTileKm(centre, tileOf(grid, band, place)) - SLACK_KM;
      if (km <= toKm && km > beyondKm) found.push(band * grid.stride + place);
    }
  }
  return found;
}

/** A cell and those that touch it. */
export function cellsAround(grid: Grid, cell: number): number[] {
  const band = Math.floor(cell / grid.stride);
  const { west, width } = tileOf(grid, band, cell % grid.stride);
  const found: number[] = [];
  for (let near = Math.max(0, band - 1); near <= Math.min(grid.bands - 1, band + 1); near += 1) {
    // All the cells around a pole touch there.
    const pole = near === band && (band === 0 || band === grid.bands - 1);
    const [from, to] = pole ? [-180, 180 - SLACK_DEGREES] : [west - SLACK_DEGREES, west + width + SLACK_DEGREES];
    for (const place of between(grid, near, from, to)) found.push(near * grid.stride + place);
  }
  return found;
}
