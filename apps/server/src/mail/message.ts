import type { SendMailOptions } from 'nodemailer';
import { mailAddress } from './address.ts';
import { type Mail, MailRefused } from './mailer.ts';

export interface SenderSettings {
  /** An address, alone or as `Name <address>`. */
  readonly from: string;
  /** The host behind the @ of each Message-ID. */
  readonly host: string;
}

const NAME = 'WatchParty';
const ID = /^[\w.-]{1,200}$/;

/** The mail as nodemailer takes it: one recipient, no line breaks in headers, no files or addresses followed. */
export function messageOf(mail: Mail, { from, host }: SenderSettings): SendMailOptions {
  const to = mailAddress(mail.to);
  if (to === undefined) throw new MailRefused('This is no address that mail can be sent to');
  if (!ID.test(mail.id)) throw new MailRefused('The mail’s id does not fit into a Message-ID');
  return {
    from: mailbox(from),
    // An object, so that it is never read as a list.
    to: { name: '', address: to },
    subject: oneLine(mail.subject),
    text: mail.text,
    html: mail.html,
    messageId: `<${mail.id}@${host}>`,
    headers: {
      'Auto-Submitted': 'auto-generated',
      // Exchange and Outlook answer automatic mails all the same, unless they are told not to.
      'X-Auto-Response-Suppress': 'All',
      'Content-Language': mail.locale,
    },
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Taken apart here, for in a header a comma in the name would make it two senders. */
function mailbox(from: string): { readonly name: string; readonly address: string } {
  const match = /^"?([^<>]*?)"?\s*<([^<>]+)>$/.exec(from);
  return match === null ? { name: NAME, address: from } : { name: match[1]!, address: match[2]! };
}

/** Line breaks and other control characters, in a room's name for instance, become single spaces. */
const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').trim();
