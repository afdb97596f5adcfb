import { useState } from 'react';
import type { Place } from '../map/sphere.ts';

const TIMEOUT_MS = 20_000;
/** A position that old is as good. */
const MAX_AGE_MS = 10 * 60 * 1000;

export type PositionState = 'idle' | 'asking' | 'denied' | 'unknown';

/** Asks the browser where one is, when one says so and never before. */
export function usePosition(onPlace: (place: Place) => void): { readonly state: PositionState; readonly ask: () => void } {
  const [state, setState] = useState<PositionState>('idle');
  return {
    state,
    ask() {
      if (!('geolocation' in navigator)) return setState('unknown');
      setState('asking');
      navigator.geolocation.getCurrentPosition(
        ({ coords: { latitude: lat, longitude: lng } }) => {
          setState('idle');
          onPlace({ lat, lng });
        },
        ({ code, PERMISSION_DENIED }) => setState(code === PERMISSION_DENIED ? 'denied' : 'unknown'),
        { timeout: TIMEOUT_MS, maximumAge: MAX_AGE_MS },
      );
    },
  };
}
