import Type from 'typebox';
import { EXCERPT_LENGTH } from '../chat.ts';
import { Id, Time, Uuid } from '../text.ts';
import { serverEvent } from './event.ts';

const common = { id: Uuid, createdAt: Time };
const Person = Type.Object({ userId: Id, username: Type.String() }, { additionalProperties: false });

/** Somebody named one in a room's chat. */
export const MentionNotice = Type.Object(
  {
    ...common,
    kind: Type.Literal('mention'),
    roomId: Id,
    messageId: Uuid,
    seq: Type.Integer({ description: 'Of the message' }),
    from: Person,
    excerpt: Type.String({ description: `The first ${EXCERPT_LENGTH} characters` }),
  },
  { additionalProperties: false, title: 'MentionNotice' },
);
export type MentionNotice = Type.Static<typeof MentionNotice>;

/** One thing that concerns one person, told apart by its `kind`; clients pass over kinds that they do not know. */
export const Notice = Type.Union([MentionNotice]);
export type Notice = Type.Static<typeof Notice>;

export const notice = serverEvent({
  name: 'notice',
  summary: 'Something that concerns oneself; may come twice: known by its id',
  payload: Notice,
});
