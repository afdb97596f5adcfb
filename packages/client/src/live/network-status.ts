/** What the machine knows of its network. */
export interface NetworkStatus {
  readonly online: () => boolean;
  /** Calls when it may have changed, or when somebody looks at the page again; answers what ends that. */
  readonly watch: (changed: () => void) => () => void;
}

interface Page {
  readonly navigator?: { readonly onLine?: boolean };
  addEventListener?(type: string, listener: () => void): void;
  removeEventListener?(type: string, listener: () => void): void;
}

/** A browser's own; where nobody knows, as in Node, always online. */
export function networkOf(page: Page = globalThis as Page): NetworkStatus {
  return {
    online: () => page.navigator?.onLine !== false,
    watch(changed) {
      const types = ['online', 'offline', 'pageshow', 'visibilitychange'];
      for (const type of types) page.addEventListener?.(type, changed);
      return () => {
        for (const type of types) page.removeEventListener?.(type, changed);
      };
    },
  };
}
