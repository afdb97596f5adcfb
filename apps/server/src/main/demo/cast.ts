/** Long enough for production's password rule. */
export const PASSWORD = 'popcorn-and-friends';

export const PEOPLE = [
  { username: 'ann', displayName: 'Ann', email: 'ann@example.org', locale: 'en' },
  { username: 'boris', displayName: 'Борис', email: 'boris@example.org', locale: 'ru' },
  { username: 'chloe', displayName: 'Chloé', email: 'chloe@example.org', locale: 'en' },
] as const;

export type PersonName = (typeof PEOPLE)[number]['username'];

interface DemoRoom {
  readonly name: string;
  readonly description: string;
  readonly isPrivate?: boolean;
  readonly password?: string;
  readonly playsFilm: boolean;
  readonly guests: readonly PersonName[];
}

export const ROOMS: readonly DemoRoom[] = [
  {
    name: 'Friday film night',
    description: 'Bring your own popcorn. We start at eight, whoever is late catches up.',
    playsFilm: true,
    guests: ['boris', 'chloe'],
  },
  {
    name: 'Sunday, just us',
    description: 'A quiet one.',
    isPrivate: true,
    password: 'sofa',
    playsFilm: false,
    guests: ['chloe'],
  },
];

export const MESSAGES: Readonly<Record<string, readonly { readonly from: PersonName; readonly content: string }[]>> = {
  'Friday film night': [
    { from: 'ann', content: 'Welcome! The film is loaded, press play when you are here.' },
    { from: 'boris', content: 'Уже бегу, минуту!' },
    { from: 'chloe', content: 'Is the beep in step for you too? 🍿' },
    { from: 'ann', content: 'To the frame.' },
  ],
  'Sunday, just us': [{ from: 'chloe', content: 'What shall we watch?' }],
};
