import Type from 'typebox';
import { Nullable, Time, Uuid } from './text.ts';

const MaybeText = Nullable(Type.String());

/** What is not known of a device is `unknown` or null. */
export const Session = Type.Object(
  {
    id: Uuid,
    device: Type.Enum(['desktop', 'mobile', 'tablet', 'tv', 'bot', 'unknown']),
    browser: Type.String({ description: 'Or another program, such as curl' }),
    os: Type.String(),
    ip: Type.String({ description: 'Where it was signed in or last refreshed from' }),
    createdAt: Time,
    lastSeenAt: Time,
    current: Type.Boolean({ description: 'Whether it is the one that asks' }),
    metadata: Type.Object(
      {
        userAgent: Type.String(),
        browserVersion: MaybeText,
        osVersion: MaybeText,
        vendor: MaybeText,
        model: MaybeText,
        expiresAt: Time,
        authenticatedAt: Type.Unsafe<string>({ ...Time, description: 'When its user last proved who they are' }),
      },
      { additionalProperties: false },
    ),
  },
  { additionalProperties: false, title: 'Session' },
);
export type Session = Type.Static<typeof Session>;

export const SessionsEnded = Type.Object(
  { ended: Type.Integer({ minimum: 0, description: 'How many' }) },
  { additionalProperties: false, title: 'SessionsEnded' },
);
export type SessionsEnded = Type.Static<typeof SessionsEnded>;

const count = Type.Integer({ minimum: 0 });
const counts = Type.Record(Type.String(), count);

/** `GET /api/admin/sessions/stats` */
export const SessionStats = Type.Object(
  {
    activeSessions: count,
    activeUsers: count,
    byDevice: counts,
    byPlatform: Type.Unsafe<Record<string, number>>({ ...counts, description: 'By operating system' }),
    perDay: Type.Array(
      Type.Object(
        {
          date: Type.String({ description: 'UTC, such as 2030-01-31' }),
          created: count,
          signedOut: Type.Integer({ minimum: 0, description: 'Ended by signing out' }),
          revoked: Type.Integer({ minimum: 0, description: 'Ended otherwise before their time' }),
        },
        { additionalProperties: false },
      ),
      { description: 'The last 30 days, today last' },
    ),
  },
  { additionalProperties: false, title: 'SessionStats' },
);
export type SessionStats = Type.Static<typeof SessionStats>;
