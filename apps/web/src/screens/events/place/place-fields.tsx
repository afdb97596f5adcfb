import { useState } from 'react';
import { Button, IconButton } from '../../../ui/button.tsx';
import { Select, TextField } from '../../../ui/field.tsx';
import { useText } from '../i18n/use-text.ts';
import { cities, cityOf } from '../map/cities.ts';
import { EventMap } from '../map/event-map.tsx';
import { type Place, placeIn, placeText } from '../map/sphere.ts';
import { ownZone } from '../zones.ts';
import { usePosition } from './use-position.ts';

const NULL_ISLAND: Place = { lat: 0, lng: 0 };
const [LEAST_KM, MOST_KM] = [2, 16_000];
/** How much of it one sees first: around a place, around where one's clocks are read, or anywhere. */
const [NEAR_KM, LAND_KM, WORLD_KM] = [40, 400, 8000];

interface Props {
  /** `52.52, 13.405`, or what is typed of it. */
  readonly value: string;
  readonly error?: string | undefined;
  readonly onChange: (value: string) => void;
  /** One is asked for one's position elsewhere. */
  readonly withoutPosition?: boolean;
}

/** A place, whichever way one likes to say it: where one is, a city, a press on a plain map, or coordinates. */
export function PlaceFields({ value, error, onChange, withoutPosition = false }: Props) {
  const { t, number } = useText();
  const place = placeIn(value);
  const home = cityOf(ownZone());
  const [zoomKm, setZoomKm] = useState(place !== undefined ? NEAR_KM : home !== undefined ? LAND_KM : WORLD_KM);
  const zoom = (factor: number): void => setZoomKm((km) => Math.min(MOST_KM, Math.max(LEAST_KM, km * factor)));
  return (
    <div className="place-fields">
      <div className="form-columns">
        <Select
          label={t('place.city')} hint={t('place.cityHint')} value=""
          onChange={({ target }) => {
            const city = cityOf(target.value);
            if (city !== undefined) onChange(placeText(city));
          }}
        >
          <option value="">{t('place.cityNone')}</option>
          {cities.map(({ zone, name }) => <option key={zone} value={zone}>{name}</option>)}
        </Select>
        <TextField
          label={t('place.coordinates')} hint={t('place.coordinatesHint')} placeholder="52.52, 13.405" inputMode="text" maxLength={60}
          name="place" value={value} error={error} onChange={({ target }) => onChange(target.value)}
        />
      </div>
      {!withoutPosition && <OwnPosition onChange={onChange} />}
      <div className="place-map">
        <EventMap
          centre={place ?? home ?? NULL_ISLAND} radiusKm={zoomKm} label={t('place.map')} onPick={(picked) => onChange(placeText(picked))}
        />
        <div className="row">
          <IconButton icon="plus" label={t('place.closer')} onClick={() => zoom(0.5)} />
          <IconButton icon="minus" label={t('place.wider')} onClick={() => zoom(2)} />
          <span className="faint small tabular">{t('place.radius', { km: number(Math.round(zoomKm)) })}</span>
        </div>
        <p className="hint">{t('place.mapHint')}</p>
      </div>
    </div>
  );
}

function OwnPosition({ onChange }: Pick<Props, 'onChange'>) {
  const { t } = useText();
  const { state, ask } = usePosition((found) => onChange(placeText(found)));
  return (
    <div className="row">
      <Button icon="pin" busy={state === 'asking'} onClick={ask}>{t('place.mine')}</Button>
      {(state === 'denied' || state === 'unknown') && <p className="faint small" role="status">{t(`place.${state}`)}</p>}
    </div>
  );
}
