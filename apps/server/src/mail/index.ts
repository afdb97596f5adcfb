export { mailAddress, maskAddress } from './address.ts';
export { createFileMailer } from './file-mailer.ts';
export { type Mail, type Mailer, MailRefused } from './mailer.ts';
export { createSmtpMailer } from './smtp-mailer.ts';
export { passwordResetMail, roomInvitationMail, welcomeMail, type Words } from './templates/index.ts';
