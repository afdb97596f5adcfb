import type {
  GuestBody, GuestSignedIn, LoginBody, OwnProfile, PatchProfileBody, PutProfileBody, ReauthenticateBody, RegisterBody, SignedIn,
} from '@watchparty/protocol';
import type { Caller, CallOptions, CreateOptions } from './caller.ts';
import { type TokenStore, tokensOf } from './tokens.ts';

export function accountCalls({ data, create }: Caller, tokens: TokenStore) {
  const keep = async <T extends SignedIn | GuestSignedIn>(signedIn: T): Promise<T> => {
    await tokens.set(tokensOf(signedIn));
    return signedIn;
  };

  return {
    /** Creates an account and signs in as it: its tokens go into the store. */
    register: async (account: RegisterBody, options?: CreateOptions): Promise<SignedIn> =>
      keep(await create<SignedIn>('/api/auth/register', account, options, false)),

    /** Becomes a guest of one room, by its invitation: the tokens go into the store, and are good for that room alone. */
    becomeGuest: async (guest: GuestBody, options?: CreateOptions): Promise<GuestSignedIn> =>
      keep(await create<GuestSignedIn>('/api/auth/guest', guest, options, false)),

    /** By e-mail address or username. In a browser, `useCookie` keeps the refresh token out of reach of scripts. */
    login: async (credentials: LoginBody, { signal }: CallOptions = {}): Promise<SignedIn> =>
      keep(await data<SignedIn>({ method: 'POST', path: '/api/auth/login', body: credentials, signal, signedIn: false })),

    /** Proves anew who one is, for 15 minutes: by a code where one signs in with a code, else by the password. */
    reauthenticate: (proof: ReauthenticateBody, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'POST', path: '/api/auth/reauthenticate', body: proof, signal }),

    profile: ({ signal }: CallOptions = {}): Promise<OwnProfile> =>
      data({ method: 'GET', path: '/api/auth/profile', signal }),

    /** Changes what is given. */
    patchProfile: (changes: PatchProfileBody, { signal }: CallOptions = {}): Promise<OwnProfile> =>
      data({ method: 'PATCH', path: '/api/auth/profile', body: changes, signal }),

    /** Replaces the profile: a bio left out becomes empty; names and address stay. */
    putProfile: (profile: PutProfileBody, { signal }: CallOptions = {}): Promise<OwnProfile> =>
      data({ method: 'PUT', path: '/api/auth/profile', body: profile, signal }),

    /** Ends the other sessions of this account. */
    changePassword: (
      passwords: { readonly currentPassword: string; readonly newPassword: string },
      { signal }: CallOptions = {},
    ): Promise<null> => data({ method: 'POST', path: '/api/auth/change-password', body: passwords, signal }),

    /** Asks for a mail with a link; succeeds whether or not there is an account with this address. */
    forgotPassword: (email: string, { signal }: CallOptions = {}): Promise<null> =>
      data({ method: 'POST', path: '/api/auth/forgot-password', body: { email }, signal, signedIn: false }),

    /** With the token of the mail's link. Ends all sessions of the account; sign in afterwards. */
    resetPassword: (
      { token, password }: { readonly token: string; readonly password: string },
      { signal }: CallOptions = {},
    ): Promise<null> =>
      data({ method: 'POST', path: '/api/auth/reset-password', body: { token, password }, signal, signedIn: false }),
  };
}
