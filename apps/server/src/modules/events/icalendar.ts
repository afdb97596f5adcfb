/** Writes iCalendar (RFC 5545). Times are UTC, so that no time zone has to be explained. */

export interface CalendarEntry {
  readonly uid: string;
  readonly sequence: number;
  readonly changedAt: Date;
  readonly createdAt: Date;
  readonly startsAt: Date;
  readonly endsAt: Date | null;
  readonly summary: string;
  readonly description: string;
  readonly location: string;
  readonly geo: { readonly lat: number; readonly lng: number } | null;
  /** Without spaces and line ends. */
  readonly url: string;
  readonly status: 'CONFIRMED' | 'TENTATIVE' | 'CANCELLED';
  readonly isPrivate: boolean;
}

const LINE_OCTETS = 75;

/** A value of type TEXT: nothing that anybody writes ends it or the line. Control characters are left out. EC2 */
export const escapedText = (text: string): string =>
  text.replace(/\r\n?|[\u0085\u2028\u2029]/g, '\n')
    .replace(/[\u0000-\u0008\u000B-\u001F\u007F]/g, '')
    .replace(/[\\;,]/g, (character) => `\\${character}`).replaceAll('\n', '\\n');

/** Lines of at most 75 octets, none of them broken within a character. EC2 */
export function folded(line: string): string {
  let [text, octets] = ['', 0];
  for (const character of line.toWellFormed()) {
    const length = Buffer.byteLength(character);
    if (octets + length > LINE_OCTETS) [text, octets] = [`${text}\r\n `, 1];
    text += character;
    octets += length;
  }
  return text;
}

const utc = (at: Date): string => `${at.toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;

function entryLines(entry: CalendarEntry): string[] {
  return [
    'BEGIN:VEVENT',
    `UID:${entry.uid}`,
    `DTSTAMP:${utc(entry.changedAt)}`,
    `CREATED:${utc(entry.createdAt)}`,
    `LAST-MODIFIED:${utc(entry.changedAt)}`,
    `SEQUENCE:${entry.sequence}`,
    `DTSTART:${utc(entry.startsAt)}`,
    ...(entry.endsAt === null ? [] : [`DTEND:${utc(entry.endsAt)}`]),
    `SUMMARY:${escapedText(entry.summary)}`,
    ...(entry.description === '' ? [] : [`DESCRIPTION:${escapedText(entry.description)}`]),
    ...(entry.location === '' ? [] : [`LOCATION:${escapedText(entry.location)}`]),
    ...(entry.geo === null ? [] : [`GEO:${entry.geo.lat.toFixed(6)};${entry.geo.lng.toFixed(6)}`]),
    `URL:${entry.url}`,
    `STATUS:${entry.status}`,
    `CLASS:${entry.isPrivate ? 'PRIVATE' : 'PUBLIC'}`,
    'END:VEVENT',
  ];
}

/** A calendar; `name`: one that is read again and again. EC1 */
export function calendar(entries: readonly CalendarEntry[], name?: string): string {
  const lines = [
    'BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//WatchParty//Events//EN', 'CALSCALE:GREGORIAN', 'METHOD:PUBLISH',
    ...(name === undefined
      ? [] : [`X-WR-CALNAME:${escapedText(name)}`, 'REFRESH-INTERVAL;VALUE=DURATION:PT1H', 'X-PUBLISHED-TTL:PT1H']),
    ...entries.flatMap(entryLines),
    'END:VCALENDAR',
  ];
  return lines.map((line) => `${folded(line)}\r\n`).join('');
}
