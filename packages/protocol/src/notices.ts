import Type from 'typebox';
import { Notice } from './live/notices.ts';
import { Nullable, Uuid } from './text.ts';

export const NoticesQuery = Type.Object(
  {
    cursor: Type.Optional(Type.Unsafe<string>({ ...Uuid, description: 'The `nextCursor` of the page before' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 20 })),
  },
  { additionalProperties: false },
);
export type NoticesQuery = Type.Static<typeof NoticesQuery>;

const Unread = Type.Integer({ minimum: 0, description: 'Of all of one’s notices' });

export const NoticesPage = Type.Object(
  { items: Type.Array(Notice), nextCursor: Nullable(Type.String()), unread: Unread },
  { additionalProperties: false, title: 'NoticesPage' },
);
export type NoticesPage = Type.Static<typeof NoticesPage>;

export const ReadNoticesBody = Type.Object(
  {
    upTo: Type.Optional(Type.Unsafe<string>({ ...Uuid, description: 'This one and all that are older' })),
    ids: Type.Optional(Type.Array(Uuid, { minItems: 1, maxItems: 100 })),
  },
  { additionalProperties: false, minProperties: 1, maxProperties: 1, description: 'Either `upTo` or `ids`' },
);
export type ReadNoticesBody = Type.Static<typeof ReadNoticesBody>;

export const NoticesUnread = Type.Object({ unread: Unread }, { additionalProperties: false, title: 'NoticesUnread' });
export type NoticesUnread = Type.Static<typeof NoticesUnread>;
