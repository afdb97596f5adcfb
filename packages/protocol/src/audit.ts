import Type from 'typebox';
import { Id, Nullable, Time, Uuid } from './text.ts';

/** Everything that the audit log tells of. */
export const AuditAction = Type.Enum([
  'account.registered', 'account.disabled', 'account.enabled', 'account.role_changed', 'account.email_changed',
  'sign_in.succeeded', 'sign_in.failed', 'proof.given', 'proof.failed',
  'password.changed', 'password.reset',
  'second_factor.enabled', 'second_factor.disabled', 'second_factor.recovery_code_used', 'second_factor.recovery_codes_made',
  'session.signed_out', 'session.revoked', 'session.refresh_reused', 'guest.admitted',
]);
export type AuditAction = Type.Static<typeof AuditAction>;

const Person = Type.Object(
  { id: Id, username: Nullable(Type.String({ description: 'Null: the account is gone' })) },
  { additionalProperties: false },
);

const MaybePerson = (description: string) =>
  Type.Unsafe<Type.Static<typeof Person> | null>({ ...Nullable(Person), description });

export const AuditEvent = Type.Object(
  {
    id: Type.Integer({ minimum: 1 }),
    at: Time,
    action: AuditAction,
    user: MaybePerson('Whose account it is about; null: of nobody known'),
    actor: MaybePerson('Who did it; null: somebody not signed in'),
    sessionId: Nullable(Uuid),
    ip: Nullable(Type.String()),
    userAgent: Nullable(Type.String()),
    details: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number(), Type.Boolean()])),
  },
  { additionalProperties: false, title: 'AuditEvent' },
);
export type AuditEvent = Type.Static<typeof AuditEvent>;

export const AuditQuery = Type.Object(
  {
    cursor: Type.Optional(
      Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER, description: 'The `nextCursor` of the page before' }),
    ),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 100, default: 50 })),
    userId: Type.Optional(Id),
    action: Type.Optional(AuditAction),
  },
  { additionalProperties: false },
);
export type AuditQuery = Type.Static<typeof AuditQuery>;
