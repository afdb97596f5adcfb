import type { EventText } from '../i18n/use-text.ts';
import { placeIn } from '../map/sphere.ts';
import { meaningOf } from '../zones.ts';
import type { EventValues } from './event-values.ts';

const LONGEST_MS = 14 * 24 * 60 * 60 * 1000;

type Problems = { readonly [K in keyof EventValues]?: string };

/** What is wrong before anybody is asked. */
export function checkEvent(values: EventValues, t: EventText['t']): Problems {
  const { title, startsAtLocal, endsAtLocal, timeZone, atPlace, location, url, capacity } = values;
  const start = meaningOf(startsAtLocal, timeZone);
  const end = endsAtLocal === '' ? undefined : meaningOf(endsAtLocal, timeZone);
  const lengthMs = start === undefined || end === undefined ? undefined : end.instantMs - start.instantMs;
  return {
    ...(title.trim() === '' && { title: t('form.titleNeeded') }),
    ...(start === undefined && { startsAtLocal: t('form.startNeeded') }),
    ...(endsAtLocal !== '' && end === undefined && { endsAtLocal: t('form.endWrong') }),
    ...(lengthMs !== undefined && lengthMs <= 0 && { endsAtLocal: t('form.endBefore') }),
    ...(lengthMs !== undefined && lengthMs > LONGEST_MS && { endsAtLocal: t('form.endFar') }),
    ...(atPlace && placeIn(location) === undefined && { location: t('place.needed') }),
    ...(url.trim() !== '' && !/^https?:\/\/\S+$/.test(url.trim()) && { url: t('movie.urlNeeded') }),
    ...(capacity !== '' && !/^[1-9]\d{0,5}$|^1000000$/.test(capacity) && { capacity: t('form.capacityRule') }),
  };
}
