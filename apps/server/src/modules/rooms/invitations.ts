import type { Invitation, InviteBody } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import type { Log } from '../../kernel/log.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Write } from '../../kernel/write.ts';
import type { MailDelivery } from '../../mail/index.ts';
import { storedEmail } from '../accounts/index.ts';
import type { Notices } from '../notices/index.ts';
import * as repo from './invitations.repo.ts';
import { INVITE_LIFETIME_MS, type Invites } from './invites.ts';
import * as participants from './participants.repo.ts';
import { type Letter, sendRoomInvitationEmail } from './rooms.jobs.ts';
import { mayManage } from './rooms.policy.ts';
import { invitationView } from './rooms.views.ts';
import { lockSeen } from './standing.ts';

const HOUR_MS = 60 * 60 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** Of one person in a day: for a large party, not for a campaign. */
const MAX_PER_DAY = 50;
/** As long as they let in. */
const KEPT_MS = INVITE_LIFETIME_MS;

interface Deps {
  readonly invites: Invites;
  readonly notices: Pick<Notices, 'notify'>;
  readonly clock: Clock;
  readonly log: Log;
  readonly delivery: Pick<MailDelivery, 'shown'>;
}

/** RO14–RO17 */
export function createInvitations({ invites, notices, clock, log, delivery }: Deps) {
  const ago = (ms: number): Date => new Date(clock.now() - ms);

  /** Where the mail goes. An address tells nothing of whose it is; a person must be one who can come. */
  async function addressOf(tx: Tx, { userId }: Actor, roomId: number, invitee: repo.Invitee): Promise<string> {
    if ('email' in invitee) return invitee.email;
    const email = await repo.emailOf(tx, invitee.userId, { by: userId });
    if (email === undefined) throw new Problem('rooms.invitee_not_found');
    if (await participants.isBanned(tx, roomId, invitee.userId)) throw new Problem('rooms.invitee_banned');
    if ((await participants.roleOf(tx, roomId, invitee.userId)) !== undefined) throw new Problem('rooms.invitee_is_in');
    return email;
  }

  async function refuseTooMany(tx: Tx, userId: number): Promise<void> {
    const { count, first } = await repo.countBy(tx, userId, ago(DAY_MS));
    if (count < MAX_PER_DAY || first === null) return;
    const retryAfterSeconds = Math.ceil((first.getTime() + DAY_MS - clock.now()) / 1000);
    throw new Problem('rooms.invitations_exhausted', { retryAfterSeconds });
  }

  return {
    sendRoomInvitationEmail,

    /** The same invitation within an hour is the one that was sent, and sends nothing. */
    async invite(write: Write, actor: Actor, roomId: number, body: InviteBody): Promise<Invitation> {
      const invitee = inviteeOf(body);
      let sentTo: string | undefined;
      const invitation = await write(async (tx, effects) => {
        sentTo = undefined;
        const { row: room, standing } = await lockSeen(tx, roomId, actor);
        if (!mayManage(standing)) throw new Problem('rooms.not_host');
        const email = await addressOf(tx, actor, roomId, invitee);
        const before = await repo.findSince(tx, roomId, invitee, ago(HOUR_MS));
        if (before !== undefined) return invitationView(before);
        await refuseTooMany(tx, actor.userId);
        await repo.removeBefore(tx, ago(KEPT_MS));
        const row = await repo.insert(tx, {
          id: uuidv7(clock.now()), room_id: roomId, invited_by: actor.userId, created_at: ago(0),
          user_id: 'userId' in invitee ? invitee.userId : null, email: 'email' in invitee ? invitee.email : null,
        });
        sendRoomInvitationEmail(effects, row.id);
        if ('userId' in invitee) {
          await notices.notify(tx, effects, [{
            userId: invitee.userId, kind: 'room_invitation', subject: row.id, invitationId: row.id, roomId, roomName: room.name,
            from: { userId: actor.userId, username: actor.username },
          }]);
        }
        sentTo = email;
        return invitationView(row);
      });
      if (sentTo !== undefined) log.info(`Room invitation email queued for: ${delivery.shown(sentTo)}`);
      return invitation;
    },

    /** A link for the person invited, and what its mail says; or why there is none. */
    async issueInvitation(tx: Tx, invitationId: string): Promise<Letter | 'the room is gone' | 'of no use'> {
      const letter = await repo.letterOf(tx, invitationId);
      if (letter === undefined) return 'the room is gone';
      const { roomId, inviterId, inviteeId } = letter;
      if (letter.apart) return 'of no use';
      if (inviteeId !== undefined) {
        const out = await participants.isBanned(tx, roomId, inviteeId);
        const isIn = (await participants.roleOf(tx, roomId, inviteeId)) !== undefined;
        if (out || isIn) return 'of no use';
      }
      const { url } = await invites.issue(tx, roomId, inviterId);
      const { email, locale, inviter, roomName } = letter;
      return { email, locale, inviter, roomName, url };
    },

    /** Whether somebody has invited the holder of this to a room, lately. */
    roomOfInvite: (invite: string): Promise<number | undefined> => invites.roomOf(invite),
  };
}

function inviteeOf({ email, userId }: InviteBody): repo.Invitee {
  if (email !== undefined && userId === undefined) return { email: storedEmail(email) };
  if (userId !== undefined && email === undefined) return { userId };
  throw new Problem('request.invalid', { errors: [{ field: '/body', message: 'must have either email or userId' }] });
}
