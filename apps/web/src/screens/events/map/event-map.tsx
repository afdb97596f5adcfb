import { type KeyboardEvent, type MouseEvent, useId } from 'react';
import { cities } from './cities.ts';
import { clustersOf } from './clusters.ts';
import { graticule } from './graticule.ts';
import { offsetOf, type Place, placeAt } from './sphere.ts';
import './map.css';

/** Of the picture: the circle's radius, and how near two points may be. */
const R = 100;
const REACH = 9;
const LABELS = 7;
const LABEL_APART = 26;
const STEP = 0.05;

export interface MapPoint extends Place {
  readonly id: number;
  /** How many people go there. */
  readonly weight: number;
  readonly title: string;
}

interface Props {
  readonly centre: Place;
  readonly radiusKm: number;
  /** What it shows, for those who do not see it. */
  readonly label: string;
  readonly points?: readonly MapPoint[];
  readonly marked?: readonly number[];
  /** A hand is on these points; none: on none any more. */
  readonly onPoint?: (ids: readonly number[]) => void;
  readonly onChoose?: (ids: readonly number[]) => void;
  /** The place of a press, or where the arrow keys lead. */
  readonly onPick?: (place: Place) => void;
}

/** A plain map around a place, true in direction and distance from its middle: a few cities to go by, and no tiles from anywhere. */
export function EventMap({ centre, radiusKm, label, points = NO_POINTS, marked = NONE, onPoint, onChoose, onPick }: Props) {
  const clip = useId();
  const onto = (place: Place): readonly [x: number, y: number] => {
    const { eastKm, northKm } = offsetOf(centre, place);
    return [(eastKm / radiusKm) * R, (-northKm / radiusKm) * R];
  };
  const spots = points.map((point) => {
    const [x, y] = onto(point);
    return { id: point.id, x, y, weight: point.weight };
  });
  const clusters = clustersOf(spots, REACH);
  const titles = new Map(points.map(({ id, title }) => [id, title]));

  /** Where a name stands clear of the points over its city. */
  const beside = (x: number, y: number): number => (clusters.some((other) => Math.hypot(other.x - x, other.y - y) < REACH) ? 11 : 3);

  function pick(event: MouseEvent<SVGSVGElement>): void {
    const { left, top, width } = event.currentTarget.getBoundingClientRect();
    // A press by the keyboard has no place.
    if (event.detail === 0) return;
    const scale = (2 * (R + 4)) / width;
    const [x, y] = [(event.clientX - left) * scale - R - 4, (event.clientY - top) * scale - R - 4];
    if (Math.hypot(x, y) <= R) onPick?.(placeAt(centre, { eastKm: (x / R) * radiusKm, northKm: (-y / R) * radiusKm }));
  }
  function move(event: KeyboardEvent): void {
    const [east, north] = ARROWS[event.key] ?? [];
    if (east === undefined || north === undefined) return;
    event.preventDefault();
    onPick?.(placeAt(centre, { eastKm: east * STEP * radiusKm, northKm: north * STEP * radiusKm }));
  }

  const drawing = (
    <svg className="map" viewBox={`${-R - 4} ${-R - 4} ${2 * R + 8} ${2 * R + 8}`} role="img" aria-label={label} {...(onPick !== undefined && { onClick: pick })}>
      <clipPath id={clip}><circle r={R} /></clipPath>
      <circle className="map-sea" r={R} />
      <g clipPath={`url(#${clip})`}>
        {graticule(centre, radiusKm).map((line, nth) => (
          <polyline key={nth} className="map-line" points={line.map(([x, y]) => `${(x * R).toFixed(1)},${(y * R).toFixed(1)}`).join(' ')} />
        ))}
        {[R / 2, R].map((radius) => <circle key={radius} className="map-ring" r={radius} />)}
        {landmarks(onto).map(({ zone, name, x, y }) => (
          <g key={zone} className="map-city">
            <circle cx={x} cy={y} r={1.2} />
            <text x={x > 45 ? x - beside(x, y) : x + beside(x, y)} y={y + 2} textAnchor={x > 45 ? 'end' : 'start'}>{name}</text>
          </g>
        ))}
      </g>
      <path className="map-centre" d="M-4 0H4M0-4V4" />
      {clusters.map(({ x, y, weight, ids }) => (
        <g
          key={ids[0]} className={`map-point ${ids.some((id) => marked.includes(id)) ? 'marked' : ''}`} data-events={ids.join(' ')}
          onPointerEnter={() => onPoint?.(ids)} onPointerLeave={() => onPoint?.([])} onClick={() => onChoose?.(ids)}
        >
          <circle cx={x} cy={y} r={Math.min(9, (ids.length > 1 ? 5 : 3) + Math.sqrt(weight) * 0.5)}><title>{ids.slice(0, 5).map((id) => titles.get(id)).join('\n')}</title></circle>
          {ids.length > 1 && <text x={x} y={y + 2.4} textAnchor="middle">{ids.length}</text>}
        </g>
      ))}
    </svg>
  );
  if (onPick === undefined) return drawing;
  return <div className="map-box" role="application" tabIndex={0} aria-label={label} onKeyDown={move}>{drawing}</div>;
}

const NO_POINTS: readonly MapPoint[] = [];
const NONE: readonly number[] = [];
const ARROWS: Readonly<Record<string, readonly [east: number, north: number]>> = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1],
};

/** A few cities that do not stand in each other's way, the middle ones first. */
function landmarks(onto: (place: Place) => readonly [number, number]): { zone: string; name: string; x: number; y: number }[] {
  const shown: { zone: string; name: string; x: number; y: number }[] = [];
  const near = cities.map(({ zone, name, ...place }) => {
    const [x, y] = onto(place);
    return { zone, name, x, y };
  }).filter(({ x, y }) => Math.hypot(x, y) < R * 0.92).toSorted((a, b) => Math.hypot(a.x, a.y) - Math.hypot(b.x, b.y));
  for (const city of near) {
    if (shown.length === LABELS) break;
    if (shown.every(({ x, y }) => Math.abs(y - city.y) > 8 || Math.abs(x - city.x) > 2 * LABEL_APART)) shown.push(city);
  }
  return shown;
}
