import type { Event } from '@watchparty/protocol';
import type { Cards } from '../edge/http/index.ts';
import type { Reads } from '../kernel/cache-policy.ts';
import { eventPolicies, type Events } from '../modules/events/index.ts';
import { moviePolicies, type Movies } from '../modules/movies/index.ts';
import { roomPolicies, type Rooms } from '../modules/rooms/index.ts';

interface Deps {
  readonly reads: Reads;
  readonly rooms: Pick<Rooms, 'view'>;
  readonly movies: Pick<Movies, 'view'>;
  readonly events: Pick<Events, 'view'>;
}

/** What everybody may know of public rooms, films and events, for those who are sent a link to them. */
export function createCards({ reads, rooms, movies, events }: Deps): Cards {
  const movieOf = async (id: number) => {
    const movie = await reads.value(moviePolicies.one, { id }, () => movies.view(id));
    return movie.visibility === 'public' ? movie : undefined;
  };
  return {
    async '/rooms/:id'(id) {
      const room = await reads.value(roomPolicies.one, { id }, () => rooms.view(id));
      if (room.isPrivate) return undefined;
      const movie = room.movieId === null ? undefined : await movieOf(room.movieId);
      const description = room.description || (movie === undefined ? '' : `Watching “${movie.title}” together.`);
      return { title: room.name, description, imageUrl: movie?.posterUrl ?? undefined };
    },
    async '/movies/:id'(id) {
      const movie = await movieOf(id);
      return movie && { title: movie.year === null ? movie.title : `${movie.title} (${movie.year})`, description: movie.description, imageUrl: movie.posterUrl ?? undefined };
    },
    async '/events/:id'(id) {
      const event = await reads.value(eventPolicies.one, { id }, () => events.view(id));
      if (event.visibility !== 'public') return undefined;
      const facts = [whenOf(event), event.location?.address, event.description].filter((text) => text != null && text !== '');
      return { title: event.title, description: facts.join(' · ') };
    },
  };
}

/** As people there read it on their clocks; in English, for who is shown it is not known. */
const whenOf = ({ startsAt, timeZone }: Pick<Event, 'startsAt' | 'timeZone'>): string =>
  new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short', timeZone }).format(Date.parse(startsAt));
