import type { SVGProps } from 'react';

/** Drawn on a grid of 24, two wide. Silent for screen readers: what they stand on has a name. */
const PATHS = {
  play: 'M8 5.5v13l10.5-6.5z',
  pause: 'M8 5v14M16 5v14',
  back: 'M9 7 4 12l5 5M4.5 12H14a6 6 0 0 1 0 12',
  volume: 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM15.5 9a4.2 4.2 0 0 1 0 6M18 6.5a8 8 0 0 1 0 11',
  muted: 'M4 9.5v5h3.5L12 19V5L7.5 9.5zM16 9.5l5 5M21 9.5l-5 5',
  fullscreen: 'M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5',
  shrink: 'M9 4v5H4M20 9h-5V4M15 20v-5h5M4 15h5v5',
  pip: 'M4 5h16v14H4zM12 12h6v5h-6z',
  chat: 'M4 5h16v11H10l-4.5 4v-4H4z',
  people: 'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c0-3.6 2.9-6 6.5-6s6.5 2.4 6.5 6M16 4.5a3.3 3.3 0 0 1 0 6.2M18 14.4c2.2.8 3.5 2.8 3.5 5.6',
  sofa: 'M5 11V8a3 3 0 0 1 3-3h8a3 3 0 0 1 3 3v3M3 12.5a2 2 0 0 1 4 0V14h10v-1.5a2 2 0 0 1 4 0V18H3zM6 18v2M18 18v2',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  invite: 'M10 14a4 4 0 0 0 5.7 0l3.5-3.5a4 4 0 1 0-5.7-5.7L12 6.3M14 10a4 4 0 0 0-5.7 0l-3.5 3.5a4 4 0 1 0 5.7 5.7L12 17.7',
  settings: 'M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5',
  leave: 'M14 4h5v16h-5M10 8l-4 4 4 4M6.5 12H15',
  close: 'M6 6l12 12M18 6 6 18',
  plus: 'M12 5v14M5 12h14',
  send: 'M4 12 20 4l-5 16-3.5-6.5z',
  more: 'M5.5 12h.01M12 12h.01M18.5 12h.01',
  eye: 'M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6z',
  'eye-off': 'M4 4l16 16M9.5 6A9.7 9.7 0 0 1 12 5.5c6 0 9.5 6.5 9.5 6.5a17 17 0 0 1-3 3.7M6 7.6A16.6 16.6 0 0 0 2.5 12S6 18.5 12 18.5a9.5 9.5 0 0 0 4-.9M10 10a3 3 0 0 0 4 4',
  reply: 'M10 7 5 12l5 5M5.5 12H14c3.3 0 5.5 2 5.5 6',
  smile: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM8.5 14.5a4.5 4.5 0 0 0 7 0M9 9.5h.01M15 9.5h.01',
  film: 'M4 5h16v14H4zM8 5v14M16 5v14M4 9.7h4M4 14.3h4M16 9.7h4M16 14.3h4',
  upload: 'M12 16V5M7 9.5 12 4.5l5 5M5 19.5h14',
  download: 'M12 4.5V16M7 11l5 5 5-5M5 19.5h14',
  home: 'M4 11.5 12 4.5l8 7V20h-5.5v-5.5h-5V20H4z',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  check: 'M5 12.5 10 17.5 19.5 7',
  next: 'M6 5.5v13l9-6.5zM18 5v14',
  warn: 'M12 4 2.8 20h18.4zM12 10v5M12 17.6h.01',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 21c0-4 3.3-6.5 7.5-6.5s7.5 2.5 7.5 6.5',
  arrow: 'M12 19V5M6 11l6-6 6 6',
  bell: 'M18 16V11a6 6 0 0 0-12 0v5l-2 2.5h16zM10 21h4',
  calendar: 'M4 6h16v14H4zM4 10.5h16M8.5 3.5v4M15.5 3.5v4',
  gauge: 'M4 18a9 9 0 1 1 16 0M12 14l4-5M12 14h.01',
  pin: 'M12 21.5s7-6.4 7-11.7a7 7 0 1 0-14 0c0 5.3 7 11.7 7 11.7zM12 12.3a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5z',
  globe: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM3.3 12h17.4M12 3c5.3 5 5.3 13 0 18M12 3c-5.3 5-5.3 13 0 18',
  star: 'M12 3.5l2.6 5.5 6 .8-4.4 4.2 1.1 6L12 17.1 6.7 20l1.1-6-4.4-4.2 6-.8z',
  minus: 'M5 12h14',
  earlier: 'M15 5l-7 7 7 7',
  later: 'M9 5l7 7-7 7',
  copy: 'M9 9h11v11H9zM15 9V4H4v11h5',
  captions: 'M3.5 5h17v14h-17zM11 10.4a2.3 2.3 0 1 0 0 3.2M17.3 10.4a2.3 2.3 0 1 0 0 3.2',
  help: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM9.6 9.6a2.5 2.5 0 1 1 3.5 2.3c-.8.4-1.1.9-1.1 1.7M12 16.8h.01',
  info: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 11v5.5M12 7.6h.01',
  search: 'M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13zM15.5 15.5 20.5 20.5',
  block: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM5.6 5.6l12.8 12.8',
  picture: 'M4 5h16v14H4zM4 16l4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.5h.01',
} as const;

export type IconName = keyof typeof PATHS;
const SOLID: ReadonlySet<IconName> = new Set(['play', 'next']);

export function Icon({ name, size = 20, ...rest }: { readonly name: IconName; readonly size?: number } & SVGProps<SVGSVGElement>) {
  return (
    <svg
      width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill={SOLID.has(name) ? 'currentColor' : 'none'}
      stroke="currentColor" strokeWidth={name === 'more' ? 3.5 : 2} strokeLinecap="round" strokeLinejoin="round" {...rest}
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
