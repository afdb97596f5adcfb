import {
  chatDelete, chatEdit, chatReact, chatSend, chatTypes, chatTyping, isEmoji, roomReact, roomReaction,
} from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { type Live, liveHandler, type LiveModule } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import { createThrottle } from '../../kernel/throttle.ts';
import type { Rooms } from '../rooms/index.ts';
import { mayWrite } from './chat.policy.ts';
import type { Chat } from './chat.ts';

interface Deps {
  readonly chat: Chat;
  readonly rooms: Pick<Rooms, 'readerStanding'>;
  readonly live: Pick<Live, 'tell'>;
  readonly clock: Clock;
}

const TYPING_EVERY_MS = 2000;

/** What people say and show in rooms over live connections: the same use cases as HTTP, and what is never kept. */
export function chatLive({ chat, rooms, live, clock }: Deps): LiveModule {
  const mayTellOfTyping = createThrottle({ everyMs: TYPING_EVERY_MS }, clock);

  async function requirePart(actor: Actor, roomId: number): Promise<void> {
    if (!mayWrite(await rooms.readerStanding(actor, roomId))) throw new Problem('rooms.not_participant');
  }

  const inRoom = { errors: ['rooms.not_found', 'rooms.not_participant'], guests: true } as const;

  return {
    handlers: [
      liveHandler({
        event: chatSend, guests: true,
        errors: [...inRoom.errors, 'chat.client_message_id_reused', 'chat.reply_not_found', 'request.conflict'],
        handle: ({ write, actor, body: { roomId, ...message } }) => chat.send(write, actor, roomId, message),
      }),
      liveHandler({
        event: chatEdit, guests: true, errors: [...inRoom.errors, 'chat.message_not_found', 'chat.not_author'],
        handle: ({ write, actor, body: { roomId, id, content } }) => chat.edit(write, actor, roomId, id, content),
      }),
      liveHandler({
        event: chatDelete, guests: true, errors: [...inRoom.errors, 'chat.message_not_found', 'chat.may_not_delete'],
        handle: ({ write, actor, body: { roomId, id } }) => chat.remove(write, actor, roomId, id),
      }),
      liveHandler({
        event: chatReact, guests: true,
        errors: [...inRoom.errors, 'chat.message_not_found', 'chat.emoji_invalid', 'chat.reactions_exhausted'],
        handle: ({ write, actor, body: { roomId, id, ...reaction } }) => chat.react(write, actor, roomId, id, reaction),
      }),
      liveHandler({
        event: chatTyping, ...inRoom,
        async handle({ actor, body: { roomId } }) {
          const { userId, username } = actor;
          await requirePart(actor, roomId);
          if (mayTellOfTyping(`${roomId} ${userId}`)) live.tell(`room:${roomId}`, chatTypes, { roomId, userId, username });
          return null;
        },
      }),
      liveHandler({
        event: roomReact, guests: true, errors: [...inRoom.errors, 'chat.emoji_invalid'],
        async handle({ actor, body: { roomId, emoji } }) {
          const { userId, username } = actor;
          if (!isEmoji(emoji)) throw new Problem('chat.emoji_invalid');
          await requirePart(actor, roomId);
          live.tell(`room:${roomId}`, roomReaction, { roomId, items: [{ userId, username, emoji }] });
          return null;
        },
      }),
    ],
  };
}
