import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * `family.secret`, 256 random bits each: the family stays as long as the session, the secret is replaced at each use.
 * Whoever shows a known family with any secret but the current one holds a token that was used before. (Tokens of
 * earlier versions are one part, which is family and secret in one.)
 */
export interface RefreshToken {
  readonly text: string;
  readonly family: string;
}

const FORM = /^([\w-]{43})(?:\.[\w-]{43})?$/;
const BYTES = 32;

/** Undefined for what cannot be a refresh token. */
export function parseRefreshToken(text: string): RefreshToken | undefined {
  const family = FORM.exec(text)?.[1];
  return family === undefined ? undefined : { text, family };
}

const tokenOf = (family: string, secret: Buffer): RefreshToken => ({ family, text: `${family}.${secret.toString('base64url')}` });

/** The first token of a new family. */
export const newRefreshToken = (): RefreshToken => tokenOf(randomBytes(BYTES).toString('base64url'), randomBytes(BYTES));

/** The next token of the same family, and its secret sealed so that only the token before it opens it. */
export function succeed(token: RefreshToken): { readonly next: RefreshToken; readonly sealed: Buffer } {
  const secret = randomBytes(BYTES);
  return { next: tokenOf(token.family, secret), sealed: exclusiveOr(secret, padOf(token)) };
}

/** The token that replaced this one. */
export const unseal = (token: RefreshToken, sealed: Buffer): RefreshToken => tokenOf(token.family, exclusiveOr(sealed, padOf(token)));

export const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

export const isHashOf = (hash: Buffer | null, token: RefreshToken): boolean =>
  hash !== null && timingSafeEqual(hash, hashOf(token.text));

/** A pad for one use: each token is succeeded once. Who does not know the token's 256 random bits cannot tell it. */
const padOf = ({ text }: RefreshToken): Buffer => createHmac('sha256', text).update('successor').digest();

const exclusiveOr = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, index) => byte ^ b[index]!));
