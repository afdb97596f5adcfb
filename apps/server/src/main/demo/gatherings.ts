import type { EventBody, RsvpAnswer } from '@watchparty/protocol';
import type { PersonName } from './cast.ts';

interface DemoEvent extends Pick<EventBody, 'title' | 'description' | 'location' | 'online' | 'url' | 'capacity' | 'visibility'> {
  readonly owner: PersonName;
  readonly timeZone: string;
  /** In so many days from today, at this hour by the clocks of its time zone. */
  readonly inDays: number;
  readonly at: string;
  readonly until?: string;
  /** Takes place in the room of this name, and opens it. */
  readonly room?: string;
  readonly answers?: Readonly<Partial<Record<PersonName, RsvpAnswer>>>;
}

const BERLIN = 'Europe/Berlin';
const MOSCOW = 'Europe/Moscow';
const LISBON = 'Europe/Lisbon';
const NEW_YORK = 'America/New_York';

/** What goes on around a few cities. */
export const EVENTS: readonly DemoEvent[] = [
  {
    owner: 'ann', title: 'Friday film night, the whole evening', description: 'In our room, from eight. It opens by itself.',
    timeZone: BERLIN, inDays: 3, at: '20:00', until: '23:00', online: true, room: 'Friday film night',
    answers: { ann: 'going', boris: 'going', chloe: 'interested' },
  },
  {
    owner: 'ann', title: 'Open-air cinema at the lake', description: 'Bring a blanket. If it rains we meet under the bridge.',
    timeZone: BERLIN, inDays: 5, at: '21:00', until: '23:30', capacity: 40,
    location: { lat: 52.4183, lng: 13.1747, address: 'Wannsee, Berlin' }, answers: { boris: 'going', chloe: 'going' },
  },
  {
    owner: 'chloe', title: 'Silent films with a piano', description: 'Two short ones, and somebody who plays to them.',
    timeZone: BERLIN, inDays: 9, at: '19:30', until: '21:30', capacity: 1,
    location: { lat: 52.5309, lng: 13.3847, address: 'Chausseestraße, Berlin' }, answers: { ann: 'going', boris: 'going' },
  },
  {
    owner: 'chloe', title: 'Breakfast and a documentary', timeZone: BERLIN, inDays: 12, at: '10:00', until: '12:00',
    location: { lat: 52.4986, lng: 13.4034, address: 'Kreuzberg, Berlin' }, answers: { ann: 'interested' },
  },
  {
    owner: 'boris', title: 'Ночь короткого метра', description: 'Двенадцать фильмов, ни одного длиннее десяти минут.',
    timeZone: MOSCOW, inDays: 4, at: '20:00', until: '23:00', capacity: 60,
    location: { lat: 55.7649, lng: 37.6056, address: 'Тверской бульвар, Москва' }, answers: { ann: 'interested', chloe: 'going' },
  },
  {
    owner: 'boris', title: 'Мультфильмы для больших', timeZone: MOSCOW, inDays: 8, at: '18:00', until: '20:00',
    location: { lat: 55.7308, lng: 37.6014, address: 'Парк Горького, Москва' }, answers: { chloe: 'interested' },
  },
  {
    owner: 'boris', title: 'У меня дома: вечер комедий', description: 'Только для своих.', visibility: 'friends',
    timeZone: MOSCOW, inDays: 10, at: '19:00', location: { lat: 55.7921, lng: 37.5588, address: 'Аэропорт, Москва' }, answers: { ann: 'going' },
  },
  {
    owner: 'chloe', title: 'Rooftop screening', description: 'The film begins when it is dark enough.', timeZone: LISBON,
    inDays: 6, at: '21:30', until: '23:59', capacity: 25, location: { lat: 38.7139, lng: -9.1335, address: 'Alfama, Lisboa' },
    answers: { ann: 'interested', boris: 'interested' },
  },
  {
    owner: 'chloe', title: 'Surf films on the beach', timeZone: LISBON, inDays: 14, at: '20:00',
    location: { lat: 38.6446, lng: -9.2373, address: 'Costa da Caparica' },
  },
  {
    owner: 'ann', title: 'Midnight movie', description: 'As late as it says.', timeZone: NEW_YORK, inDays: 7, at: '23:30',
    location: { lat: 40.7188, lng: -73.9886, address: 'Lower East Side, New York' }, answers: { chloe: 'interested' },
  },
  {
    owner: 'ann', title: 'How we built our cinema', description: 'A talk with questions.', timeZone: 'UTC', inDays: 11, at: '17:00',
    until: '18:00', online: true, url: 'https://example.org/talk', answers: { boris: 'going' },
  },
];
