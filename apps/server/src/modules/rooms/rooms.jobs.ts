import Type from 'typebox';
import { Uuid } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import { declareJob, enqueued, type JobHandler } from '../../kernel/job.ts';
import type { Log } from '../../kernel/log.ts';
import type { Effects } from '../../kernel/write.ts';
import { type MailDelivery, roomInvitationMail } from '../../mail/index.ts';

/** Holds neither the address nor the link: the one is in the database, the other is made when the mail is. */
export const roomInvitationEmail = declareJob({
  name: 'room-invitation-email',
  queue: 'email',
  attempts: 3,
  backoffMs: 1000,
  timeoutMs: 60_000,
  payload: Type.Object({ invitationId: Uuid }, { additionalProperties: false }),
});

/** The mail of an invitation, if the change that `effects` belongs to is committed. */
export function sendRoomInvitationEmail(effects: Effects, invitationId: string): void {
  effects.add(enqueued(roomInvitationEmail, { invitationId }));
}

/** What a mail of this module says. */
export interface Letter {
  readonly email: string;
  readonly locale: 'en' | 'ru';
  readonly inviter: string;
  readonly roomName: string;
  readonly url: string;
}

interface Deps {
  readonly rooms: { issueInvitation(tx: Tx, invitationId: string): Promise<Letter | 'the room is gone' | 'of no use'> };
  readonly delivery: MailDelivery;
  readonly log: Log;
}

export function roomJobs({ rooms, delivery, log }: Deps): readonly JobHandler[] {
  const roomInvitation: JobHandler<typeof roomInvitationEmail.payload> = {
    job: roomInvitationEmail,
    async handle(context) {
      const letter = await context.write((tx) => rooms.issueInvitation(tx, context.payload.invitationId));
      if (typeof letter === 'string') return log.info({ jobId: context.id }, `No invitation is sent: ${letter}`);
      const { email, locale, inviter, roomName, url } = letter;
      await delivery.send(context, email, locale, roomInvitationMail(locale, { username: inviter, roomName, url }));
    },
  };
  return [roomInvitation];
}
