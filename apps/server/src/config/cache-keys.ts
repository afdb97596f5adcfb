import { key } from './key.ts';
import { integer } from './parser.ts';

const YEAR_SECONDS = 31_536_000;

const ttl = (description: string, seconds: number) =>
  key(integer(1, YEAR_SECONDS), { group: 'Cache', description, default: String(seconds) });

/** How long each kind of entry lives, in seconds; what a write changes is renewed at once, whatever stands here. */
export const CACHE_TTL_KEYS = {
  CACHE_TTL_ROOMS_SECONDS: ttl('Pages of the list of rooms.', 300),
  CACHE_TTL_ROOM_SECONDS: ttl('One room.', 300),
  CACHE_TTL_MOVIES_SECONDS: ttl('Pages of the list of movies.', 300),
  CACHE_TTL_MOVIE_SECONDS: ttl('One movie.', 300),
  CACHE_TTL_CHAT_SECONDS: ttl("Pages of a room's chat.", 60),
  CACHE_TTL_PROFILE_SECONDS: ttl("One's own profile.", 600),
  CACHE_TTL_PUBLIC_PROFILE_SECONDS: ttl('The public profile of a user.', 3600),
  CACHE_TTL_EVENT_SECONDS: ttl('One event.', 1800),
  CACHE_TTL_USER_EVENTS_SECONDS: ttl("A user's events.", 1800),
  CACHE_TTL_NEARBY_EVENTS_SECONDS: ttl('Events nearby.', 300),
  CACHE_TTL_TRENDING_EVENTS_SECONDS: ttl('Trending events.', 300),
  CACHE_TTL_USER_SEARCH_SECONDS: ttl('Results of the user search.', 300),
  CACHE_TTL_USER_ANALYTICS_SECONDS: ttl("A user's analytics.", 3600),
  CACHE_TTL_FRIENDS_SECONDS: ttl('Friend lists.', 3600),
  CACHE_TTL_FRIEND_REQUESTS_SECONDS: ttl('Friend requests.', 3600),
  CACHE_TTL_MUTUAL_FRIENDS_SECONDS: ttl('Mutual friends of two users.', 3600),
  CACHE_TTL_NOTICES_SECONDS: ttl("A person's newest notices.", 300),
  CACHE_TTL_SESSION_SECONDS: ttl('Sessions.', 1_209_600),
} as const;
