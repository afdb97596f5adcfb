import type { PatchEventBody } from '@watchparty/protocol';
import { Problem } from '../../kernel/problem.ts';
import type { EventRow } from './events.repo.ts';
import { instantOf, localTime, zoneNamed } from './zones.ts';

const HOUR_MS = 60 * 60 * 1000;
const LONGEST_MS = 14 * 24 * HOUR_MS;
/** How long one takes that tells no end. */
const USUAL_MS = 3 * HOUR_MS;
const LATEST_MS = Date.UTC(2200, 0, 1);

export interface Times {
  readonly starts_at: Date;
  readonly ends_at: Date | null;
  /** From then on it is over. */
  readonly over_at: Date;
  readonly time_zone: string;
}

type Given = Pick<PatchEventBody, 'startsAt' | 'startsAtLocal' | 'endsAt' | 'endsAtLocal' | 'timeZone'>;
type Before = Pick<EventRow, 'starts_at' | 'ends_at' | 'time_zone'>;

function invalid(field: string, message: string): Problem {
  return new Problem('events.times_invalid', { detail: `${field} ${message}`, errors: [{ field: `/body/${field}`, message }] });
}

/** One of the two ways to say when; undefined: neither was used. A wall time that was not changed is the instant it was. */
function instant(
  { name, at, local }: { readonly name: string; readonly at: string | undefined; readonly local: string | undefined },
  zone: string, before: { readonly at: Date | null; readonly zone: string } | undefined,
): number | undefined {
  if (at !== undefined && local !== undefined) throw invalid(name, 'is given twice');
  if (at !== undefined) {
    const ms = Date.parse(at);
    if (Number.isNaN(ms)) throw invalid(name, 'is no time');
    return ms;
  }
  if (local === undefined) return undefined;
  const text = local.length === 16 ? `${local}:00` : local;
  if (before?.at && before.zone === zone && localTime(before.at.getTime(), zone) === text) return before.at.getTime();
  const ms = instantOf(text, zone);
  if (ms === undefined) throw invalid(`${name}Local`, 'is no time');
  return ms;
}

/** When an event takes place, from what is given and what it was. Throws what does not fit together. EV4–EV6 */
export function timesOf(given: Given, before: Before | undefined): Times {
  const zone = given.timeZone === undefined ? (before?.time_zone ?? 'UTC') : zoneNamed(given.timeZone);
  if (zone === undefined) throw new Problem('events.time_zone_unknown');
  const was = (at: Date | null | undefined) => before && { at: at ?? null, zone: before.time_zone };
  const startMs = instant({ name: 'startsAt', at: given.startsAt, local: given.startsAtLocal }, zone, was(before?.starts_at))
    ?? before?.starts_at.getTime();
  if (startMs === undefined) throw invalid('startsAt', 'is missing');
  const end = instant({ name: 'endsAt', at: given.endsAt ?? undefined, local: given.endsAtLocal }, zone, was(before?.ends_at));
  if (given.endsAt === null && end !== undefined) throw invalid('endsAt', 'is given twice');
  const endMs = end ?? (given.endsAt === null ? undefined : before?.ends_at?.getTime());
  if (startMs < 0 || startMs > LATEST_MS) throw invalid('startsAt', 'is too far away');
  if (endMs !== undefined && endMs <= startMs) throw invalid('endsAt', 'must come after the start');
  if (endMs !== undefined && endMs > startMs + LONGEST_MS) throw invalid('endsAt', 'must be within 14 days of the start');
  return {
    starts_at: new Date(startMs), ends_at: endMs === undefined ? null : new Date(endMs),
    over_at: new Date(endMs ?? startMs + USUAL_MS), time_zone: zone,
  };
}
