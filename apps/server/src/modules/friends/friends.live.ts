import type { LiveModule } from '../../kernel/live.ts';
import type { PresenceBook } from './presence.ts';

/** Notes who is there; what friends are told of it is in `presence-news.ts`. Guests have no friends. */
export function friendsLive(book: PresenceBook): LiveModule {
  return {
    handlers: [],
    opened({ actor: { userId, guestOf } }) {
      if (guestOf === undefined) book.opened(userId);
    },
    left({ actor: { userId } }, channel) {
      if (channel === `user:${userId}`) book.closed(userId);
    },
  };
}
