/** Mail programs know no variables, so each colour is written where it is used; all of them come from here. */
export const LIGHT = {
  paper: '#f4f1ec',
  panel: '#fffdfa',
  line: '#e5dfd5',
  ink: '#1b1d24',
  quiet: '#5d5f68',
  link: '#8a5300',
} as const;

export const DARK = {
  paper: '#0e0f13',
  panel: '#17191f',
  line: '#2a2d35',
  ink: '#f1efea',
  quiet: '#a4a6ae',
  link: '#ffb454',
} as const;

/** The same in both: dark letters on it read 10:1. */
export const ACCENT = { background: '#ffb454', ink: '#1b1206' } as const;
