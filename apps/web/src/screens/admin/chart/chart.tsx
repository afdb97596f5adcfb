import { useEffect, useId, useMemo, useRef, useState } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { spread, summary, type Values } from '../figures/series.ts';
import { regionOf } from '../../../i18n/i18n.tsx';
import { useText } from '../i18n/use-text.ts';
import './chart.css';

/** Colours by what they mean: `loss` only for what should not be. */
export type Tone = 'accent' | 'live' | 'text' | 'faint' | 'loss';

export interface Line {
  readonly label: string;
  readonly values: Values;
  readonly tone: Tone;
}

interface Props {
  readonly title: string;
  readonly lead?: string;
  /** In ms since 1970. */
  readonly at: readonly number[];
  readonly lines: readonly Line[];
  readonly format: (value: number) => string;
  /** Left out: times of a day. */
  readonly days?: boolean;
}

const HEIGHT = 184;
/** Told apart by their dashes too. */
const DASHES: Readonly<Record<Tone, number[]>> = { accent: [], live: [6, 3], text: [2, 3], faint: [9, 3, 2, 3], loss: [] };
const MOST_ROWS = 30;
/** In so short a time minutes alone would stand there twice. */
const BRIEF_MS = 6 * 60_000;
const FIRST_SECONDS = 60;
const FEW = 12;

/** Values over time: drawn for eyes, summed up in words and as a table for everybody else. */
export function Chart({ title, lead, at, lines, format, days = false }: Props) {
  const { t, exactly, locale } = useText();
  const id = useId();
  const [pointed, setPointed] = useState<number | null>(null);
  const brief = (at.at(-1) ?? 0) - (at[0] ?? 0) < BRIEF_MS;
  const times = useMemo(() => {
    const time = { hour: '2-digit', minute: '2-digit' } as const;
    const shown = days ? { day: 'numeric', month: 'short', timeZone: 'UTC' } as const : brief ? { ...time, second: '2-digit' } as const : time;
    const axis = new Intl.DateTimeFormat(regionOf(locale), shown);
    return (ms: number): string => axis.format(ms);
  }, [locale, days, brief]);
  const place = pointed !== null && pointed < at.length ? pointed : at.length - 1;
  const say = (value: number | null | undefined): string => (value == null ? t('chart.none') : format(value));
  const told = lines.map(({ label, values }) => {
    const sum = summary(values);
    return sum === undefined ? t('chart.nothing', { label }) : t('chart.now', { label, now: say(sum.now), low: format(sum.low), high: format(sum.high) });
  }).join('; ');

  return (
    <figure className="chart panel" aria-labelledby={id}>
      <div className="chart-head">
        <h2 id={id}>{title}</h2>
        <span className="chart-when faint tabular">{at.length > 0 && times(at[place]!)}</span>
      </div>
      {lead !== undefined && <p className="small faint">{lead}</p>}
      <ul className="chart-legend">
        {lines.map(({ label, values, tone }) => (
          <li key={label}>
            <svg className={`chart-key tone-of-${tone}`} width="20" height="4" aria-hidden="true">
              <line x1="0" y1="2" x2="20" y2="2" strokeWidth="3" strokeDasharray={DASHES[tone].join(' ')} />
            </svg>
            <span>{label}</span>
            <strong className="tabular">{say(values[place])}</strong>
          </li>
        ))}
      </ul>
      <div role="img" aria-label={told}><Canvas {...{ at, lines, format, times, onPoint: setPointed }} /></div>
      <Table {...{ at, lines, say, head: t(days ? 'chart.day' : 'chart.time'), summary: t('chart.table'), time: days ? times : (ms) => exactly(new Date(ms).toISOString()) }} />
    </figure>
  );
}

interface CanvasProps extends Pick<Props, 'at' | 'lines' | 'format'> {
  readonly times: (ms: number) => string;
  readonly onPoint: (place: number | null) => void;
}

/** Drawn anew where colours, words or the kind of lines change, and else only fed. */
function Canvas({ at, lines, format, times, onPoint }: CanvasProps) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const now = useRef({ format, times, onPoint });
  useEffect(() => {
    now.current = { format, times, onPoint };
  });
  const kinds = lines.map(({ tone }) => tone).join(' ');
  const data = useMemo(() => [at.map((ms) => ms / 1000), ...lines.map(({ values }) => values)] as uPlot.AlignedData, [at, lines]);
  const latest = useRef(data);
  useEffect(() => {
    latest.current = data;
    plot.current?.setData(data);
  }, [data]);

  useEffect(() => {
    const element = box.current!;
    const colour = (name: string): string => getComputedStyle(element).getPropertyValue(`--${name}`).trim();
    const axis: uPlot.Axis = {
      stroke: () => colour('faint'), font: '12px "Inter Variable", system-ui, sans-serif',
      grid: { stroke: () => colour('line'), width: 1 }, ticks: { show: false },
    };
    const drawn = new uPlot({
      width: element.clientWidth, height: HEIGHT, padding: [12, 8, 0, 0], legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 7, fill: (_, nth) => colour(kinds.split(' ')[nth - 1]!) } },
      scales: {
        // Around a first point alone lie whole days otherwise.
        x: { range: (self, first, last) => (self.data[0].length > 1 ? [first, last] : [first - FIRST_SECONDS, first]) },
        y: { range: (_, _low, high) => [0, high > 0 ? high * 1.1 : 1] },
      },
      series: [{}, ...kinds.split(' ').map((tone): uPlot.Series => ({
        stroke: () => colour(tone), width: 1.75, dash: DASHES[tone as Tone], spanGaps: false, points: { size: 5, fill: () => colour('panel'), show: (self, nth) => standApart(Array.from<number | null | undefined>(self.data[nth]!)) },
      }))],
      axes: [
        { ...axis, space: 72, size: 28, values: (_, splits) => splits.map((seconds) => now.current.times(seconds * 1000)) },
        { ...axis, space: 44, size: (self, values) => widest(self, values), values: (_, splits) => splits.map((value) => now.current.format(value)) },
      ],
      hooks: { setCursor: [({ cursor }) => now.current.onPoint(cursor.idx ?? null)] },
    }, latest.current, element);
    plot.current = drawn;
    const sizes = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    sizes.observe(element);
    // The theme is changed on the root element, or by the system.
    const redraw = (): void => drawn.redraw(false, true);
    const themes = new MutationObserver(redraw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme', 'lang'] });
    const system = matchMedia('(prefers-color-scheme: light)');
    system.addEventListener('change', redraw);
    return () => {
      sizes.disconnect();
      themes.disconnect();
      system.removeEventListener('change', redraw);
      drawn.destroy();
    };
  }, [kinds]);

  return <div className="chart-canvas" ref={box} />;
}

/** A line alone would not show them. */
function standApart(values: readonly (number | null | undefined)[]): boolean {
  const known = values.filter((value) => value != null).length;
  return known < FEW || known * 2 < values.length;
}

function widest({ ctx, axes }: uPlot, values: string[] | null): number {
  if (values === null) return 40;
  ctx.font = axes[1]!.font![0] ?? '';
  const pixels = Math.max(...values.map((text) => ctx.measureText(text).width));
  return Math.ceil(pixels / devicePixelRatio) + 16;
}

function Table({ at, lines, say, time, head, summary: title }: Pick<Props, 'at' | 'lines'> & {
  readonly say: (value: number | null | undefined) => string; readonly time: (ms: number) => string; readonly head: string; readonly summary: string;
}) {
  const [open, setOpen] = useState(false);
  return (
    <details className="chart-table" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{title}</summary>
      {open && (
        <div className="table-scroll" tabIndex={0} role="group" aria-label={title}>
          <table>
            <thead><tr><th scope="col">{head}</th>{lines.map(({ label }) => <th key={label} scope="col">{label}</th>)}</tr></thead>
            <tbody>
              {spread(at.length, MOST_ROWS).toReversed().map((place) => (
                <tr key={at[place]}><th scope="row">{time(at[place]!)}</th>{lines.map(({ label, values }) => <td key={label}>{say(values[place])}</td>)}</tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </details>
  );
}
