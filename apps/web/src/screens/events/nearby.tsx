import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useHttp, useUser } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/field.tsx';
import { EventList } from './event-list.tsx';
import { useText } from './i18n/use-text.ts';
import { EventMap } from './map/event-map.tsx';
import { type Place, placeIn, placeText, roughly } from './map/sphere.ts';
import { AskPlace } from './place/ask-place.tsx';
import { useKeptPlace } from './place/kept-place.ts';

const LIMIT = 50;
const DAY_MS = 24 * 60 * 60 * 1000;
const RADII = [5, 10, 25, 50, 100, 250, 500];
const DAYS = [1, 7, 30, 90, 365];

/** What takes place around a place: on a plain map, and beside it as a list, the nearest first. */
export function Nearby() {
  const { place: wanted = '', radius = 50, days = 30 } = useSearch({ from: '/events' });
  const navigate = useNavigate({ from: '/events' });
  const { place: keptPlace, keep } = useKeptPlace();
  const place = placeIn(wanted) ?? keptPlace;
  const [choosing, setChoosing] = useState(false);

  function choose(next: Place): void {
    keep(next);
    setChoosing(false);
    void navigate({ search: (before) => ({ ...before, place: placeText(roughly(next)) }), replace: true });
  }
  if (place === undefined || choosing) return <AskPlace place={place} onPlace={choose} {...(place !== undefined && { onCancel: () => setChoosing(false) })} />;
  return <Around place={roughly(place)} radiusKm={Math.min(500, radius)} days={Math.min(365, days)} onElsewhere={() => setChoosing(true)} />;
}

function Around({ place, radiusKm, days, onElsewhere }: {
  readonly place: Place; readonly radiusKm: number; readonly days: number; readonly onElsewhere: () => void;
}) {
  const { t, number } = useText();
  const http = useHttp();
  const user = useUser();
  const navigate = useNavigate({ from: '/events' });
  const [marked, setMarked] = useState<readonly number[]>([]);
  const scope = user === undefined ? 'public' : 'visible';
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['events', 'nearby', scope, place, radiusKm, days], initialPageParam: undefined as { cursor: string; to: string } | undefined,
    async queryFn({ signal, pageParam }) {
      // One window for all pages; to the minute, so that neighbours share what is cached.
      const to = pageParam?.to ?? new Date(Math.ceil(Date.now() / 60_000) * 60_000 + Math.min(days * DAY_MS, 365 * DAY_MS - 60_000)).toISOString();
      const page = await http.events.nearby({ ...place, radiusKm, to, scope, limit: LIMIT, ...(pageParam !== undefined && { cursor: pageParam.cursor }) }, { signal });
      return { ...page, to };
    },
    getNextPageParam: ({ nextCursor, to }) => (nextCursor === null ? undefined : { cursor: nextCursor, to }),
  });
  const events = data?.pages.flatMap(({ items }) => items);
  const points = (events ?? []).flatMap(({ id, title, location, goingCount }) => (location === null ? [] : [{ id, title, weight: goingCount, lat: location.lat, lng: location.lng }]));
  const nearest = events?.[0]?.id;

  return (
    <div className="nearby">
      <div className="nearby-side">
        <EventMap
          centre={place} radiusKm={radiusKm} points={points} marked={marked.length > 0 || nearest === undefined ? marked : [nearest]}
          label={t('nearby.map', { count: points.length, km: number(radiusKm) })} onPoint={setMarked}
          onChoose={([first]) => document.querySelector<HTMLElement>(`[data-event="${first}"] a`)?.focus()}
        />
        <div className="form-columns">
          <Select label={t('nearby.radius')} value={radiusKm} onChange={({ target }) => void navigate({ search: (before) => ({ ...before, radius: Number(target.value) }), replace: true })}>
            {withOwn(RADII, radiusKm).map((km) => <option key={km} value={km}>{t('nearby.km', { km: number(km) })}</option>)}
          </Select>
          <Select label={t('nearby.days')} value={days} onChange={({ target }) => void navigate({ search: (before) => ({ ...before, days: Number(target.value) }), replace: true })}>
            {withOwn(DAYS, days).map((count) => <option key={count} value={count}>{t('nearby.within', { count })}</option>)}
          </Select>
        </div>
        <div className="row spread">
          <span className="faint small">{t('nearby.around', { place: placeText(place) })}</span>
          <Button look="quiet" icon="pin" onClick={onElsewhere}>{t('nearby.elsewhere')}</Button>
        </div>
      </div>
      <div>
        <EventList
          events={events} error={error} onRetry={() => void refetch()} none={t('none.nearby')} marked={marked}
          onPoint={(id) => setMarked(id === undefined ? [] : [id])}
          next={<Button onClick={() => void navigate({ search: (before) => ({ ...before, radius: 500, days: 365 }), replace: true })}>{t('nearby.widest')}</Button>}
          more={hasNextPage ? { busy: isFetchingNextPage, onMore: () => void fetchNextPage() } : undefined}
        />
      </div>
    </div>
  );
}

const withOwn = (choices: readonly number[], own: number): number[] => [...new Set([...choices, own])].toSorted((a, b) => a - b);
