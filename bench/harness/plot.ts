import { figure, type Row, verdictOf } from './result.ts';

/** Readable on white and on black: a grey between, and two colours of middling lightness. */
const INK = '#7d8590';
const FAINT = '#7d859055';
const GOOD = '#1a9c82';
const BAD = '#d9622b';

const WIDTH = 900;
const LEFT = 430;
const RIGHT = 110;
const TOP = 64;
const ROW = 34;
const BOTTOM = 46;

/**
 * One bench as an SVG: for each row the median ratio as a dot, all runs as a line through it, the goal as a tick, on a
 * logarithmic axis on which the peer stands at 1. Needs no font but the reader's own, and no background.
 */
export function plot(title: string, rows: readonly Row[]): string {
  const values = rows.flatMap(({ comparison: { ratio }, goal }) => [
    ratio.min, ratio.max, ...(goal?.of === 'ratio' ? [goal.atLeast ?? goal.atMost ?? 1] : []),
  ]);
  const low = 2 ** Math.floor(Math.log2(Math.max(1e-6, Math.min(0.5, ...values))));
  const high = 2 ** Math.ceil(Math.log2(Math.max(2, ...values)));
  const x = (value: number): number => {
    const part = Math.log(Math.max(value, low) / low) / Math.log(high / low);
    return Math.round((LEFT + part * (WIDTH - LEFT - RIGHT)) * 10) / 10;
  };
  const height = TOP + rows.length * ROW + BOTTOM;
  const bottom = height - BOTTOM;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"`,
    '  font-family="system-ui, sans-serif" font-size="13" role="img">',
    `<title>${escape(title)}</title>`,
    text(16, 30, title, 'font-size="17" font-weight="600"'),
    ...ticks(low, high).flatMap((value) => [
      line(x(value), TOP - 8, x(value), bottom, value === 1 ? INK : FAINT, value === 1 ? 1.5 : 1),
      text(x(value), bottom + 20, `${figure(value)} ×`, 'text-anchor="middle" font-size="11"'),
    ]),
    text(x(1), TOP - 14, 'the peer', 'text-anchor="middle" font-size="11"'),
    ...rows.flatMap((row, index) => drawRow(row, TOP + index * ROW + ROW / 2, x)),
    text(16, height - 10, '● median   — all runs   ▏goal', 'font-size="11"'),
    '</svg>',
    '',
  ].join('\n');
}

function drawRow(row: Row, y: number, x: (value: number) => number): string[] {
  const { what, ours, peer, comparison: { ratio }, goal } = row;
  const colour = verdictOf(row)?.ok === false ? BAD : GOOD;
  const mark = goal?.of === 'ratio' ? goal.atLeast ?? goal.atMost : undefined;
  return [
    text(16, y - 2, what, ''),
    text(16, y + 12, `${ours} to ${peer}`, 'font-size="11" opacity="0.85"'),
    line(x(ratio.min), y, x(ratio.max), y, colour, 3),
    ...(mark === undefined ? [] : [line(x(mark), y - 9, x(mark), y + 9, INK, 2)]),
    `<circle cx="${x(ratio.median)}" cy="${y}" r="6" fill="${colour}"/>`,
    text(WIDTH - RIGHT + 14, y + 4, `${figure(ratio.median)} ×`, 'font-weight="600"'),
  ];
}

/** Powers of two, as many as have room for their labels. */
function ticks(low: number, high: number): number[] {
  const from = Math.log2(low);
  const to = Math.log2(high);
  const step = Math.ceil((to - from) / 6);
  return Array.from({ length: to - from + 1 }, (_, index) => from + index)
    .filter((power) => power % step === 0)
    .map((power) => 2 ** power);
}

const text = (x: number, y: number, content: string, more: string): string =>
  `<text x="${x}" y="${y}" fill="${INK}"${more === '' ? '' : ` ${more}`}>${escape(content)}</text>`;

const line = (x1: number, y1: number, x2: number, y2: number, stroke: string, width: number): string =>
  `<path d="M${x1} ${y1}L${x2} ${y2}" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round"/>`;

const escape = (content: string): string =>
  content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
