import type { ErrorCode } from '@watchparty/protocol';

/** How somebody stands who writes to somebody else. */
export interface WriterStanding {
  /** The other has an account that is open. */
  readonly isAccount: boolean;
  /** The writer blocks the other. */
  readonly blocking: boolean;
  /** The other blocks the writer. */
  readonly blocked: boolean;
  /** The other takes messages from friends only, and the writer is none. */
  readonly friendsOnly: boolean;
}

/**
 * Why nothing may be written; undefined: it may. Whoever is blocked learns no more than of somebody who is not there.
 * DM2
 */
export function refusalOf({ isAccount, blocking, blocked, friendsOnly }: WriterStanding): ErrorCode | undefined {
  if (blocking) return 'friends.blocking';
  if (!isAccount || blocked) return 'accounts.not_found';
  return friendsOnly ? 'messages.friends_only' : undefined;
}
