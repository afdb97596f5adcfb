import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose';
import type { Claims } from '../../kernel/identity.ts';
import { Problem } from '../../kernel/problem.ts';
import type { SigningKeys } from './signing-keys.ts';

export const ACCESS_TOKEN_SECONDS = 15 * 60;
const ALGORITHM = 'HS256';
const AUDIENCE = 'watchparty';
const TYPE = 'at+jwt';
const USER_ID = /^[1-9]\d{0,9}$/;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A signed access token (RFC 9068 in form): whose, of which session, for 15 minutes; a guest's names their room. */
export async function signAccessToken(
  { current }: SigningKeys, { userId, sessionId, guestOf }: Omit<Claims, 'expiresAtMs'>, nowMs: number,
): Promise<string> {
  const nowSeconds = Math.floor(nowMs / 1000);
  return new SignJWT({ sid: sessionId, ...(guestOf !== undefined && { room: guestOf }) })
    .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: current.id })
    .setSubject(String(userId))
    .setAudience(AUDIENCE)
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + ACCESS_TOKEN_SECONDS)
    .sign(current.secret);
}

/** What a token says; throws `auth.token_invalid` for any that we did not sign, of another kind, or expired. */
export async function verifyAccessToken(keys: SigningKeys, token: string, nowMs: number): Promise<Claims> {
  const keyFor = ({ kid }: JWTHeaderParameters): Uint8Array => {
    const key = keys.find(kid);
    if (key === undefined) throw new errors.JWTInvalid('signed with a key that is none of ours');
    return key;
  };
  try {
    const { payload } = await jwtVerify(token, keyFor, {
      algorithms: [ALGORITHM],
      audience: AUDIENCE,
      typ: TYPE,
      requiredClaims: ['sub', 'exp', 'sid'],
      currentDate: new Date(nowMs),
    });
    const sessionId = String(payload['sid']);
    // The secret may sign other things too: what PostgreSQL could not read as an id is no session of ours.
    if (!UUID.test(sessionId)) throw new errors.JWTInvalid('sid is no UUID');
    if (!USER_ID.test(String(payload.sub))) throw new errors.JWTInvalid('sub is no user');
    const guestOf = payload['room'] as number | undefined;
    return { userId: Number(payload.sub), sessionId, expiresAtMs: payload.exp! * 1000, ...(guestOf !== undefined && { guestOf }) };
  } catch (cause) {
    if (!(cause instanceof errors.JOSEError) && !(cause instanceof TypeError)) throw cause;
    const detail = cause instanceof errors.JWTExpired ? 'The access token has expired' : undefined;
    throw new Problem('auth.token_invalid', { cause, ...(detail !== undefined && { detail }) });
  }
}
