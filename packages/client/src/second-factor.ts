import type { RecoveryCodes, SecondFactor, SecondFactorSetup } from '@watchparty/protocol';
import type { Caller, CallOptions } from './caller.ts';

/** A code of an authenticator app at sign-in. Changes only within 15 minutes after signing in or `accounts.reauthenticate`. */
export function secondFactorCalls({ data }: Caller) {
  const path = '/api/auth/second-factor';
  return {
    get: ({ signal }: CallOptions = {}): Promise<SecondFactor> => data({ method: 'GET', path, signal }),

    /** A secret for the app; nothing changes until `confirm`. */
    setUp: ({ signal }: CallOptions = {}): Promise<SecondFactorSetup> => data({ method: 'POST', path, signal }),

    /** With a code that the app shows. Keep what it answers: it is shown this once. */
    confirm: (code: string, { signal }: CallOptions = {}): Promise<RecoveryCodes> =>
      data({ method: 'POST', path: `${path}/confirm`, body: { code }, signal }),

    /** Others; those from before are good for nothing any more. */
    makeRecoveryCodes: ({ signal }: CallOptions = {}): Promise<RecoveryCodes> =>
      data({ method: 'POST', path: `${path}/recovery-codes`, signal }),

    disable: ({ signal }: CallOptions = {}): Promise<null> => data({ method: 'DELETE', path, signal }),
  };
}
