import type { Event, EventBody, PatchEventBody } from '@watchparty/protocol';
import type { Form } from '../../../ui/use-form.ts';
import { placeIn, placeText } from '../map/sphere.ts';
import { meaningOf, ownZone, wallTime } from '../zones.ts';

/** What the form holds: texts as they are typed. */
export interface EventValues extends Readonly<Record<string, unknown>> {
  readonly title: string;
  readonly description: string;
  readonly startsAtLocal: string;
  readonly endsAtLocal: string;
  readonly timeZone: string;
  /** Of a start that the clocks show twice: the second one. */
  readonly again: boolean;
  readonly atPlace: boolean;
  readonly address: string;
  readonly location: string;
  readonly online: boolean;
  readonly url: string;
  readonly roomId: string;
  readonly opensRoom: boolean;
  readonly capacity: string;
  readonly visibility: 'public' | 'friends' | 'private';
  readonly guests: readonly number[];
}

export type EventFields = Form<EventValues>;

const HOUR_MS = 60 * 60 * 1000;

/** Of a new event: tomorrow evening, or that day's; in the room that it is made from. */
export function newValues({ date, roomId }: { readonly date?: string | undefined; readonly roomId?: number | undefined }, nowMs = Date.now()): EventValues {
  const timeZone = ownZone();
  const day = date ?? wallTime(nowMs + 24 * HOUR_MS, timeZone).slice(0, 10);
  return {
    title: '', description: '', startsAtLocal: `${day}T20:00`, endsAtLocal: '', timeZone, again: false, atPlace: false, address: '', location: '',
    online: false, url: '', roomId: roomId === undefined ? '' : String(roomId), opensRoom: roomId !== undefined, capacity: '', visibility: 'public', guests: [],
  };
}

export function valuesOf(event: Event): EventValues {
  const { title, description, startsAt, startsAtLocal, endsAtLocal, timeZone, location, online, url, roomId, opensRoom, capacity, visibility } = event;
  const local = startsAtLocal.slice(0, 16);
  return {
    title, description, startsAtLocal: local, endsAtLocal: endsAtLocal?.slice(0, 16) ?? '', timeZone,
    again: meaningOf(local, timeZone)?.againMs === Date.parse(startsAt), atPlace: location !== null, address: location?.address ?? '',
    location: location === null ? '' : placeText(location), online, url: url ?? '', roomId: roomId === null ? '' : String(roomId), opensRoom,
    capacity: capacity === null ? '' : String(capacity), visibility, guests: [],
  };
}

/** All that the form says, as the server takes it. */
export function bodyOf(values: EventValues): EventBody {
  const { title, description, startsAtLocal, endsAtLocal, timeZone, again, atPlace, address, location, online, url, roomId, opensRoom, capacity, visibility } = values;
  const place = atPlace ? placeIn(location) : undefined;
  const later = again ? meaningOf(startsAtLocal, timeZone)?.againMs : undefined;
  return {
    title: title.trim(), description: description.trim(), timeZone,
    ...(later === undefined ? { startsAtLocal } : { startsAt: new Date(later).toISOString() }),
    ...(endsAtLocal === '' ? { endsAt: null } : { endsAtLocal }),
    location: place === undefined ? null : { ...place, address: address.trim() }, online, url: url.trim() === '' ? null : url.trim(),
    roomId: roomId === '' ? null : Number(roomId), opensRoom: roomId !== '' && opensRoom, capacity: capacity === '' ? null : Number(capacity), visibility,
  };
}

const TIMES = ['startsAt', 'startsAtLocal', 'endsAt', 'endsAtLocal', 'timeZone'] as const;

/** What differs from the event as it was. Times go together: the hour stays what the clocks show, also in another zone. */
export function changesOf(before: EventValues, values: EventValues): PatchEventBody {
  const [was, now] = [bodyOf(before), bodyOf(values)];
  const differs = (name: string): boolean => JSON.stringify(was[name as keyof EventBody]) !== JSON.stringify(now[name as keyof EventBody]);
  const timesDiffer = TIMES.some(differs);
  return Object.fromEntries(Object.entries(now).filter(([name]) => ((TIMES as readonly string[]).includes(name) ? timesDiffer : differs(name))));
}
