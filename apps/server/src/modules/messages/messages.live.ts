import {
  messageDelete, messageEdit, messageGot, messageReact, messageSeen, messageSend, messageTypes, messageTyping,
} from '@watchparty/protocol';
import type { Clock } from '../../kernel/clock.ts';
import { type Live, liveHandler, type LiveModule } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import { createThrottle } from '../../kernel/throttle.ts';
import type { Messages } from './messages.ts';

interface Deps {
  readonly messages: Messages;
  readonly live: Pick<Live, 'tell'>;
  readonly clock: Clock;
}

const TYPING_EVERY_MS = 2000;

const mayNotWrite = ['messages.self', 'accounts.not_found', 'friends.blocking', 'messages.friends_only'] as const;

/** What people write to one another over live connections: the same use cases as HTTP, and what is never kept. */
export function messagesLive({ messages, live, clock }: Deps): LiveModule {
  const mayTellOfTyping = createThrottle({ everyMs: TYPING_EVERY_MS }, clock);
  return {
    handlers: [
      liveHandler({
        event: messageSend,
        errors: [
          ...mayNotWrite, 'messages.empty', 'messages.image_invalid', 'messages.reply_not_found', 'messages.client_message_id_reused',
          'images.not_found',
        ],
        handle: ({ write, actor, body }) => messages.send(write, actor, body),
      }),
      liveHandler({
        event: messageEdit, errors: [...mayNotWrite, 'messages.not_found', 'messages.not_sender', 'messages.empty'],
        handle: ({ write, actor, body: { peerId, id, content } }) => messages.edit(write, actor, peerId, id, content),
      }),
      liveHandler({
        event: messageDelete, errors: ['messages.self', 'messages.not_found', 'messages.not_sender'],
        handle: ({ write, actor, body: { peerId, id } }) => messages.remove(write, actor, peerId, id),
      }),
      liveHandler({
        event: messageReact, errors: [...mayNotWrite, 'messages.not_found', 'messages.emoji_invalid', 'messages.reactions_exhausted'],
        handle: ({ write, actor, body: { peerId, id, ...reaction } }) => messages.react(write, actor, peerId, id, reaction),
      }),
      liveHandler({
        event: messageGot, errors: ['messages.self'], limit: 'none',
        handle: ({ actor, body: { peerId, seq } }) => messages.delivered(actor.userId, peerId, seq),
      }),
      liveHandler({
        event: messageSeen, errors: ['messages.self'],
        handle: ({ actor, body: { peerId, seq } }) => messages.read(actor.userId, peerId, seq),
      }),
      liveHandler({
        event: messageTyping, errors: ['messages.self'],
        async handle({ actor: { userId, username }, body: { peerId } }) {
          if (peerId === userId) throw new Problem('messages.self');
          // Whom one may not write to hears nothing, and one learns nothing of that.
          if (mayTellOfTyping(`${userId} ${peerId}`) && (await messages.mayWrite(userId, peerId))) {
            live.tell(`user:${peerId}`, messageTypes, { userId, username });
          }
          return null;
        },
      }),
    ],
  };
}
