import Type from 'typebox';
import { Id, Nullable, OptionalText, Text, Time, Uuid } from './text.ts';

/** One plain address: a name of ASCII letters without quotes, and a domain of any script. */
export const Email = Type.String({
  format: 'idn-email',
  minLength: 3,
  maxLength: 254,
  pattern: "^[\\w.!#$%&'*+/=?^`{|}~\\-]{1,64}@[^\\s@\\[\\]]+$",
});
export const Username = Type.String({
  minLength: 3,
  maxLength: 30,
  pattern: '^[A-Za-z0-9](?:[A-Za-z0-9_.\\-]*[A-Za-z0-9_])?$',
  description: 'Latin letters, digits, `_`, `.`, `-`; unique without regard to case',
});
/** Length is bounded so that hashing cannot be made expensive; the rule for new passwords is the server’s. */
export const Password = Type.String({ minLength: 1, maxLength: 200 });
export const Locale = Type.Enum(['en', 'ru']);
/** From whom somebody takes direct messages. */
export const MessagesFrom = Type.Enum(['everyone', 'friends']);
export const UserRole = Type.Enum(['user', 'admin']);

export const ProfilePicture = Type.Object(
  { original: Type.String(), thumbnail: Type.String(), medium: Type.String(), webp: Type.String() },
  {
    additionalProperties: false, title: 'ProfilePicture',
    description: 'Addresses on this server. Variants that are yet to be made lead to the original',
  },
);

export type ProfilePicture = Type.Static<typeof ProfilePicture>;

/** An uploaded picture for a message, as messages take it. */
export const UploadedImage = Type.Object(
  { imageUrl: Type.String({ description: 'Its address on this server' }), publicId: Type.String() },
  { additionalProperties: false, title: 'UploadedImage' },
);
export type UploadedImage = Type.Static<typeof UploadedImage>;

const publicFields = {
  id: Id,
  username: Type.String(),
  displayName: Type.String(),
  role: UserRole,
  bio: Type.String(),
  profilePicture: Nullable(ProfilePicture),
  createdAt: Time,
};
export const User = Type.Object(publicFields, { additionalProperties: false, title: 'User' });
export const OwnProfile = Type.Object(
  { ...publicFields, email: Type.String(), locale: Locale, messagesFrom: MessagesFrom },
  { additionalProperties: false, title: 'OwnProfile' },
);
export type User = Type.Static<typeof User>;
export type OwnProfile = Type.Static<typeof OwnProfile>;

export const RegisterBody = Type.Object(
  {
    email: Email,
    username: Username,
    password: Password,
    displayName: Type.Optional(Text(60)),
    locale: Type.Optional(Locale),
    setupToken: Type.Optional(
      Type.String({ maxLength: 100, description: 'From the one-time set-up link; makes this user the admin' }),
    ),
    invite: Type.Optional(
      Type.String({ maxLength: 200, description: 'Of an invitation to a room; needed where one registers by invitation only' }),
    ),
  },
  { additionalProperties: false, title: 'RegisterBody' },
);
export type RegisterBody = Type.Static<typeof RegisterBody>;

export const LoginBody = Type.Object(
  {
    email: Type.Optional(Type.String({ minLength: 1, maxLength: 254 })),
    username: Type.Optional(Type.String({ minLength: 1, maxLength: 254 })),
    password: Password,
    code: Type.Optional(
      Type.String({ minLength: 6, maxLength: 64, description: 'Of an authenticator app, or a recovery code, where the account has one' }),
    ),
    useCookie: Type.Optional(Type.Boolean({ description: 'Put the refresh token into a cookie, not the body' })),
  },
  { additionalProperties: false, title: 'LoginBody' },
);
export type LoginBody = Type.Static<typeof LoginBody>;

export const RefreshBody = Type.Object(
  { refreshToken: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })) },
  { additionalProperties: false, title: 'RefreshBody' },
);

export const SignedIn = Type.Object(
  {
    user: OwnProfile,
    accessToken: Type.String(),
    refreshToken: Type.Optional(Type.String({ description: 'Left out when it went into the cookie' })),
    sessionId: Uuid,
    expiresInSeconds: Type.Integer({ description: 'Lifetime of the access token' }),
  },
  { additionalProperties: false, title: 'SignedIn' },
);
export type SignedIn = Type.Static<typeof SignedIn>;

export const Refreshed = Type.Object(
  {
    accessToken: Type.String(),
    refreshToken: Type.Optional(Type.String({ description: 'Left out when it went into the cookie' })),
    expiresInSeconds: Type.Integer({ description: 'Lifetime of the access token' }),
  },
  { additionalProperties: false, title: 'Refreshed' },
);

const profileFields = { username: Username, displayName: Text(60), bio: OptionalText(500), email: Email, locale: Locale, messagesFrom: MessagesFrom };
export const PatchProfileBody = Type.Object(
  {
    username: Type.Optional(profileFields.username),
    displayName: Type.Optional(profileFields.displayName),
    bio: Type.Optional(profileFields.bio),
    email: Type.Optional(profileFields.email),
    locale: Type.Optional(profileFields.locale),
    messagesFrom: Type.Optional(profileFields.messagesFrom),
  },
  { additionalProperties: false, minProperties: 1, title: 'PatchProfileBody' },
);
export type PatchProfileBody = Type.Static<typeof PatchProfileBody>;

/** PUT replaces: what may be empty and is left out becomes empty; names and address stay when left out. */
export const PutProfileBody = Type.Object(
  {
    username: Type.Optional(profileFields.username),
    displayName: profileFields.displayName,
    bio: Type.Optional(profileFields.bio),
    email: Type.Optional(profileFields.email),
    locale: Type.Optional(profileFields.locale),
    messagesFrom: Type.Optional(profileFields.messagesFrom),
  },
  { additionalProperties: false, title: 'PutProfileBody' },
);

export type PutProfileBody = Type.Static<typeof PutProfileBody>;

export const ChangePasswordBody = Type.Object(
  { currentPassword: Password, newPassword: Password },
  { additionalProperties: false, title: 'ChangePasswordBody' },
);

export const ForgotPasswordBody = Type.Object(
  { email: Type.String({ minLength: 1, maxLength: 254 }) },
  { additionalProperties: false, title: 'ForgotPasswordBody' },
);

export const ResetPasswordBody = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 200, description: 'From the link of the mail' }), password: Password },
  { additionalProperties: false, title: 'ResetPasswordBody' },
);
