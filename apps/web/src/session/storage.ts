/** What a browser keeps for us, where it lets us: private windows and strict settings may not. */
export interface KeptTexts {
  get(key: string): string | null;
  /** Null: forget it. */
  set(key: string, value: string | null): void;
}

const PREFIX = 'watchparty:';

export function keptIn(storage: () => Storage): KeptTexts {
  return {
    get(key) {
      try {
        return storage().getItem(PREFIX + key);
      } catch {
        return null;
      }
    },
    set(key, value) {
      try {
        if (value === null) storage().removeItem(PREFIX + key);
        else storage().setItem(PREFIX + key, value);
      } catch {
        // Then it is forgotten with the page.
      }
    },
  };
}

/** For all tabs, for ever. */
export const kept = keptIn(() => localStorage);
/** For this tab, over reloads. */
export const keptInTab = keptIn(() => sessionStorage);
