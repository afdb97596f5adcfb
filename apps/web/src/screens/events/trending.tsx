import { useQuery } from '@tanstack/react-query';
import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useHttp } from '../../session/context.tsx';
import { LinkButton } from '../../ui/button.tsx';
import '../movies/movies.css';
import { EventList } from './event-list.tsx';
import { useText } from './i18n/use-text.ts';
import { placeIn, roughly } from './map/sphere.ts';
import { useKeptPlace } from './place/kept-place.ts';

/** What many people go to of late: everywhere, or around the place that one looks around. */
export function Trending() {
  const { t } = useText();
  const http = useHttp();
  const { place: wanted = '' } = useSearch({ from: '/events' });
  const { place: keptPlace } = useKeptPlace();
  const place = placeIn(wanted) ?? keptPlace;
  const [around, setAround] = useState(false);
  const at = around && place !== undefined ? roughly(place) : undefined;
  const { data, error, refetch } = useQuery({
    queryKey: ['events', 'trending', at], queryFn: ({ signal }) => http.events.trending({ ...at, limit: 20 }, { signal }),
  });
  return (
    <>
      {place !== undefined && (
        <div className="choices where" role="radiogroup" aria-label={t('trending.where')}>
          {[false, true].map((value) => (
            <label key={String(value)} className={`tab choice ${around === value ? 'active' : ''}`}>
              <input type="radio" className="visually-hidden" name="around" checked={around === value} onChange={() => setAround(value)} />
              {t(value ? 'trending.around' : 'trending.everywhere')}
            </label>
          ))}
        </div>
      )}
      <EventList
        events={data?.items} error={error} onRetry={() => void refetch()} none={t('none.trending')}
        next={<LinkButton to="/events" search={{}}>{t('tab.upcoming')}</LinkButton>}
      />
    </>
  );
}
