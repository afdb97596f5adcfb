export { eventPromotedMail } from './event-promoted.ts';
export type { Words } from './letter.ts';
export { passwordResetMail } from './password-reset.ts';
export { roomInvitationMail } from './room-invitation.ts';
export { welcomeMail } from './welcome.ts';
