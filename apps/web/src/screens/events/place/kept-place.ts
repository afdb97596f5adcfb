import { useState } from 'react';
import { keptInTab } from '../../../session/storage.ts';
import { type Place, placeIn, placeText, roughly } from '../map/sphere.ts';

const KEY = 'place';

/** The place that one looks around, roughly, as long as the tab is open. */
export function useKeptPlace(): { readonly place: Place | undefined; readonly keep: (place: Place) => void } {
  const [place, setPlace] = useState(() => placeIn(keptInTab.get(KEY) ?? ''));
  return {
    place,
    keep(next) {
      keptInTab.set(KEY, placeText(roughly(next)));
      setPlace(roughly(next));
    },
  };
}
