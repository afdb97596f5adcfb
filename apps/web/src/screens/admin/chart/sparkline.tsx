import { spread, type Values } from '../figures/series.ts';

const WIDTH = 96;
const HEIGHT = 32;
const MOST = 48;

/** The shape of what lies behind a number; silent, for the number says it. */
export function Sparkline({ values }: { readonly values: Values }) {
  const places = spread(values.length, MOST);
  const high = Math.max(1e-9, ...places.map((place) => values[place] ?? 0));
  const step = WIDTH / Math.max(1, places.length - 1);
  let pen = 'M';
  const path = places.map((place, nth) => {
    const value = values[place];
    if (value == null) {
      pen = 'M';
      return '';
    }
    const point = `${pen}${(nth * step).toFixed(1)} ${(HEIGHT - 2 - (value / high) * (HEIGHT - 4)).toFixed(1)}`;
    pen = 'L';
    return point;
  }).join('');
  return (
    <svg className="sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} preserveAspectRatio="none" aria-hidden="true">
      <path d={path} vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
