import type { JobDeclaration } from '../kernel/job.ts';
import { deleteOldAvatar, optimizeAvatar, passwordResetEmail, welcomeEmail } from '../modules/accounts/index.ts';
import { cleanupOldChatMessages } from '../modules/chat/index.ts';
import { eventNews, eventPromotedEmail, eventReminders } from '../modules/events/index.ts';
import { makeThumbnail } from '../modules/messages/index.ts';
import { generateActivityReport } from '../modules/operations/index.ts';
import { cleanupInactiveParticipants, cleanupInactiveRooms, roomInvitationEmail } from '../modules/rooms/index.ts';
import { cleanupExpiredSessions } from '../modules/sessions/index.ts';

/** Every job there is: what nodes of all roles may enqueue. `compose.ts` gives each its handler. */
export const jobDeclarations: readonly JobDeclaration[] = [
  deleteOldAvatar, makeThumbnail, optimizeAvatar, passwordResetEmail, roomInvitationEmail, welcomeEmail,
  cleanupExpiredSessions, cleanupInactiveRooms, cleanupInactiveParticipants, cleanupOldChatMessages,
  generateActivityReport, eventNews, eventPromotedEmail, eventReminders,
];
