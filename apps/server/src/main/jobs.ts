import type { JobDeclaration } from '../kernel/job.ts';
import { deleteOldAvatar, optimizeAvatar, passwordResetEmail, welcomeEmail } from '../modules/accounts/index.ts';
import { roomInvitationEmail } from '../modules/rooms/index.ts';

/** Every job there is: what nodes of all roles may enqueue. `compose.ts` gives each its handler. */
export const jobDeclarations: readonly JobDeclaration[] = [
  deleteOldAvatar, optimizeAvatar, passwordResetEmail, roomInvitationEmail, welcomeEmail,
];
