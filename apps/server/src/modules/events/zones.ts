const DAY_MS = 24 * 60 * 60 * 1000;

/** Making a formatter costs a hundred times what using it does. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterOf(zone: string): Intl.DateTimeFormat {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat('en-US', {
      timeZone: zone, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit',
      second: '2-digit',
    });
    formatters.set(zone, formatter);
  }
  return formatter;
}

/** The name of an IANA time zone as it is written there, however it was; undefined: there is none. Offsets are none. */
export function zoneNamed(name: string): string | undefined {
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    const canonical = new Intl.DateTimeFormat('en-US', { timeZone: name }).resolvedOptions().timeZone;
    if (canonical.toLowerCase() === name.toLowerCase()) return canonical;
    // Another name of the same zone, which people may know better: kept, if it is written as zones are.
    return /^[A-Z]/.test(name) && !/\/[a-z]/.test(name) ? name : canonical;
  } catch {
    return undefined;
  }
}

/** What the clocks show in the zone then: `2026-03-29T19:00:00`. */
export function localTime(instantMs: number, zone: string): string {
  const parts: Record<string, string> = {};
  for (const { type, value } of formatterOf(zone).formatToParts(instantMs)) parts[type] = value;
  return `${parts['year']!.padStart(4, '0')}-${parts['month']}-${parts['day']}T${parts['hour']}:${parts['minute']}:${parts['second']}`;
}

const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000;
const offsetMs = (instantMs: number, zone: string): number =>
  Date.parse(`${localTime(instantMs, zone)}Z`) - wholeSeconds(instantMs);

/**
 * When the clocks show this in the zone, in ms since the epoch; undefined: no clock ever does (February 30th). A time that
 * the clocks skip is taken as so much later as they skip, one that they show twice as the first. EV5
 */
export function instantOf(local: string, zone: string): number | undefined {
  const text = local.length === 16 ? `${local}:00` : local;
  const asUtcMs = Date.parse(`${text}Z`);
  // `Date` takes the 30th of February for the second of March.
  if (Number.isNaN(asUtcMs) || new Date(asUtcMs).toISOString().slice(0, 19) !== text) return undefined;
  const before = asUtcMs - offsetMs(asUtcMs - DAY_MS, zone);
  const after = asUtcMs - offsetMs(asUtcMs + DAY_MS, zone);
  const shown = [before, after].filter((ms) => localTime(ms, zone) === text);
  return shown.length === 0 ? before : Math.min(...shown);
}
