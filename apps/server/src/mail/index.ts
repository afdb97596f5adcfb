export { mailAddress } from './address.ts';
export { createMailDelivery, type MailDelivery } from './delivery.ts';
export { createFileMailer } from './file-mailer.ts';
export type { Mailer } from './mailer.ts';
export { createSmtpMailer } from './smtp-mailer.ts';
export { eventPromotedMail, passwordResetMail, roomInvitationMail, welcomeMail } from './templates/index.ts';
