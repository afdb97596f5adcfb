import Type from 'typebox';
import { OwnProfile, Password, UserRole } from './accounts.ts';
import { Id, Nullable, Text, Time, Uuid } from './text.ts';
import { PageQuery } from './page.ts';

const strict = { additionalProperties: false } as const;

/** Of an authenticator app, or a recovery code; spaces and dashes do not count. */
export const SecondFactorCode = Type.String({ minLength: 6, maxLength: 64 });

export const ReauthenticateBody = Type.Object(
  { password: Type.Optional(Password), code: Type.Optional(SecondFactorCode) },
  { ...strict, title: 'ReauthenticateBody', description: 'The code, where one signs in with one; else the password' },
);
export type ReauthenticateBody = Type.Static<typeof ReauthenticateBody>;

export const SecondFactor = Type.Object(
  { enabled: Type.Boolean(), recoveryCodesLeft: Type.Integer({ minimum: 0 }) },
  { ...strict, title: 'SecondFactor' },
);
export type SecondFactor = Type.Static<typeof SecondFactor>;

export const SecondFactorSetup = Type.Object(
  {
    secret: Type.String({ description: 'Base32, to be typed into an authenticator app' }),
    uri: Type.String({ description: 'otpauth://, to be shown as a QR code' }),
  },
  { ...strict, title: 'SecondFactorSetup' },
);
export type SecondFactorSetup = Type.Static<typeof SecondFactorSetup>;

export const ConfirmSecondFactorBody = Type.Object(
  { code: SecondFactorCode }, { ...strict, title: 'ConfirmSecondFactorBody' },
);

export const RecoveryCodes = Type.Object(
  { recoveryCodes: Type.Array(Type.String(), { description: 'Each good once; shown this once' }) },
  { ...strict, title: 'RecoveryCodes' },
);
export type RecoveryCodes = Type.Static<typeof RecoveryCodes>;

export const GuestBody = Type.Object(
  { displayName: Text(30), invite: Type.String({ minLength: 1, maxLength: 200, description: 'Of an invitation to a room' }) },
  { ...strict, title: 'GuestBody' },
);
export type GuestBody = Type.Static<typeof GuestBody>;

export const GuestSignedIn = Type.Object(
  {
    guest: Type.Object(
      {
        id: Id,
        username: Type.String({ description: 'As others in the room see it: no account can have such a name' }),
        displayName: Type.String(),
        roomId: Type.Integer({ description: 'The one room that the guest may use' }),
        expiresAt: Type.Unsafe<string>({ ...Time, description: 'When the guest’s time is over' }),
      },
      strict,
    ),
    accessToken: Type.String(),
    refreshToken: Type.String(),
    sessionId: Uuid,
    expiresInSeconds: Type.Integer({ description: 'Lifetime of the access token' }),
  },
  { ...strict, title: 'GuestSignedIn' },
);
export type GuestSignedIn = Type.Static<typeof GuestSignedIn>;

/** A user as administrators see them. */
export const AdminUser = Type.Object(
  {
    ...OwnProfile.properties,
    disabledAt: Nullable(Time),
    hasSecondFactor: Type.Boolean(),
  },
  { ...strict, title: 'AdminUser' },
);
export type AdminUser = Type.Static<typeof AdminUser>;

export const AdminUsersQuery = Type.Object(
  {
    ...PageQuery.properties,
    q: Type.Optional(Type.String({ minLength: 1, maxLength: 100, description: 'Part of a name or an address' })),
    role: Type.Optional(UserRole),
    disabled: Type.Optional(Type.Boolean()),
  },
  strict,
);
export type AdminUsersQuery = Type.Static<typeof AdminUsersQuery>;

export const PatchAdminUserBody = Type.Object(
  {
    role: Type.Optional(UserRole),
    disabled: Type.Optional(Type.Boolean({ description: 'True: all sessions end at once, and nobody signs in' })),
  },
  { ...strict, minProperties: 1, title: 'PatchAdminUserBody' },
);
export type PatchAdminUserBody = Type.Static<typeof PatchAdminUserBody>;
