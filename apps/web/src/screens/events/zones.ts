const DAY_MS = 24 * 60 * 60 * 1000;

/** Making a formatter costs a hundred times what using it does. */
const formatters = new Map<string, Intl.DateTimeFormat>();

/** What the clocks show in the zone then: `2026-03-29T19:00`. */
export function wallTime(instantMs: number, zone: string): string {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
    });
    formatters.set(zone, formatter);
  }
  const parts = Object.fromEntries(formatter.formatToParts(instantMs).map(({ type, value }) => [type, value]));
  return `${parts['year']!.padStart(4, '0')}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}`;
}

const WALL_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/;

export interface WallMeaning {
  /** `skipped`: no clock shows it, and `instantMs` is as much later as is skipped; `twice`: `instantMs` is the first time. */
  readonly kind: 'once' | 'skipped' | 'twice';
  readonly instantMs: number;
  /** Of `twice`: the second time. */
  readonly againMs?: number;
}

/** When the clocks of a zone show this; undefined: it is no time, or there is no such zone. The server reads it the same way. */
export function meaningOf(local: string, zone: string): WallMeaning | undefined {
  if (!WALL_TIME.test(local)) return undefined;
  const asUtcMs = Date.parse(`${local}:00Z`);
  if (Number.isNaN(asUtcMs) || !isZone(zone)) return undefined;
  const offset = (ms: number): number => Date.parse(`${wallTime(ms, zone)}:00Z`) - Math.floor(ms / 60_000) * 60_000;
  const before = asUtcMs - offset(asUtcMs - DAY_MS);
  const after = asUtcMs - offset(asUtcMs + DAY_MS);
  const shown = [...new Set([before, after])].filter((ms) => wallTime(ms, zone) === local).toSorted((a, b) => a - b);
  const [first, second] = shown;
  if (first === undefined) return { kind: 'skipped', instantMs: before };
  return second === undefined ? { kind: 'once', instantMs: first } : { kind: 'twice', instantMs: first, againMs: second };
}

function isZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: name }).format(0) !== '';
  } catch {
    return false;
  }
}

export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Those that the browser knows, and the given ones. */
export const zonesWith = (...names: readonly string[]): string[] =>
  [...new Set([...Intl.supportedValuesOf('timeZone'), 'UTC', ...names])].toSorted();
