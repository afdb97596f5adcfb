import type { EventLocation } from '@watchparty/protocol';
import { useText } from './i18n/use-text.ts';
import { EventMap } from './map/event-map.tsx';
import { placeText } from './map/sphere.ts';

const RADIUS_KM = 120;

export function PlaceOnMap({ location }: { readonly location: EventLocation }) {
  const { t } = useText();
  const { lat, lng, address } = location;
  return (
    <section className="section" aria-labelledby="event-place">
      <h2 id="event-place">{t('event.place')}</h2>
      <div className="place-card">
        <EventMap
          centre={location} radiusKm={RADIUS_KM} label={t('event.map', { place: address || placeText(location) })}
          points={[{ id: 0, lat, lng, weight: 4, title: address }]} marked={[0]}
        />
        <div className="stack">
          {address !== '' && <p>{address}</p>}
          <p className="faint small tabular">{placeText(location)}</p>
          <p className="small">
            <a href={`https://www.openstreetmap.org/?mlat=${lat}&mlon=${lng}#map=16/${lat}/${lng}`} target="_blank" rel="noopener noreferrer">{t('event.openMap')}</a>
          </p>
        </div>
      </div>
    </section>
  );
}
