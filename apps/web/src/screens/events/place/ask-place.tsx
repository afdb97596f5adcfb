import { type SubmitEvent, useState } from 'react';
import { Button } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icons.tsx';
import { useText } from '../i18n/use-text.ts';
import { type Place, placeIn, placeText } from '../map/sphere.ts';
import { PlaceFields } from './place-fields.tsx';
import { usePosition } from './use-position.ts';

/** Says what for, before the browser asks anything; and goes on without it. */
export function AskPlace({ place, onPlace, onCancel }: { readonly place: Place | undefined; readonly onPlace: (place: Place) => void; readonly onCancel?: () => void }) {
  const { t } = useText();
  const { state, ask } = usePosition(onPlace);
  const [chosen, setChosen] = useState(place !== undefined);
  const [value, setValue] = useState(place === undefined ? '' : placeText(place));
  const [error, setError] = useState<string>();
  const refused = state === 'denied' || state === 'unknown';

  function submit(event: SubmitEvent<HTMLFormElement>): void {
    event.preventDefault();
    const found = placeIn(value);
    if (found === undefined) setError(t('place.needed'));
    else onPlace(found);
  }
  return (
    <section className="panel ask-place stack" aria-labelledby="ask-place">
      <h2 id="ask-place"><Icon name="pin" /> {t('ask.title')}</h2>
      <p className="faint">{t('ask.text')}</p>
      {refused && <p role="alert">{t(`place.${state}`)}</p>}
      <div className="row">
        <Button look="primary" icon="pin" busy={state === 'asking'} onClick={ask}>{t('ask.position')}</Button>
        {!chosen && !refused && <Button onClick={() => setChosen(true)}>{t('ask.choose')}</Button>}
        {onCancel !== undefined && <Button look="quiet" onClick={onCancel}>{t('common.cancel')}</Button>}
      </div>
      {(chosen || refused) && (
        <form className="form" onSubmit={submit} noValidate>
          <PlaceFields withoutPosition value={value} error={error} onChange={(next) => { setValue(next); setError(undefined); }} />
          <div className="row"><Button look="primary" type="submit">{t('ask.look')}</Button></div>
        </form>
      )}
    </section>
  );
}
