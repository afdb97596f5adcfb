import type { FoundPerson, FriendStanding } from '@watchparty/protocol';
import type { FriendAction } from './actions.ts';

/** How one stands with somebody. */
export type Relation =
  | { readonly kind: 'none' | 'friend' | 'blocked' }
  /** Whose request it is: theirs, or one's own. Without its id while it is on its way. */
  | { readonly kind: 'incoming' | 'outgoing'; readonly requestId: number | undefined };

export function relationIn({ isFriend, request }: Pick<FoundPerson | FriendStanding, 'isFriend' | 'request'>): Relation {
  if (isFriend) return { kind: 'friend' };
  return request === null ? { kind: 'none' } : { kind: request.direction, requestId: request.id };
}

/** As it is once what was asked of the server has come about; shown before it has. */
export function relationAfter(relation: Relation, userId: number, pending: readonly FriendAction[]): Relation {
  return pending.filter(({ person }) => person.id === userId).reduce((before, action) => after(before, action.kind), relation);
}

function after(relation: Relation, kind: FriendAction['kind']): Relation {
  switch (kind) {
    case 'ask': return relation.kind === 'incoming' ? { kind: 'friend' } : relation.kind === 'none' ? { kind: 'outgoing', requestId: undefined } : relation;
    case 'accept': return { kind: 'friend' };
    case 'block': return { kind: 'blocked' };
    case 'reject': case 'cancel': case 'remove': case 'unblock': return { kind: 'none' };
  }
}
