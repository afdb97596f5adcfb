/** Who the reader or writer is in the room, as rooms tell it. */
export interface ChatStanding {
  readonly actor: { readonly userId: number; readonly role: 'user' | 'admin' } | undefined;
  readonly role: 'host' | 'co-host' | 'viewer' | undefined;
  readonly ownerId: number;
  readonly isPrivate: boolean;
  readonly hasPassword: boolean;
}

const isOwnerOrAdmin = ({ actor, ownerId }: ChatStanding): boolean =>
  actor !== undefined && (actor.role === 'admin' || actor.userId === ownerId);

/** CH2 */
export const mayRead = (standing: ChatStanding): boolean =>
  standing.role !== undefined || isOwnerOrAdmin(standing) || (!standing.isPrivate && !standing.hasPassword);

/** CH2 */
export const mayWrite = (standing: ChatStanding): boolean => standing.role !== undefined;

/** CH5 */
export const mayDelete = (standing: ChatStanding, authorId: number): boolean =>
  standing.actor?.userId === authorId || isOwnerOrAdmin(standing) || standing.role === 'host' || standing.role === 'co-host';
