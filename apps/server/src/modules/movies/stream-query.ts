import Type from 'typebox';
import type { StreamGrant } from './stream-url.ts';

/** What a signed address carries. */
export const StreamQuery = Type.Object(
  {
    user: Type.Optional(Type.Integer({ minimum: 0, maximum: 2_147_483_647 })),
    expires: Type.Optional(Type.Integer({ minimum: 0, maximum: 99_999_999_999 })),
    signature: Type.Optional(Type.String({ minLength: 1, maxLength: 100 })),
  },
  { additionalProperties: false },
);

/** Undefined: the address is none that claims to be signed. */
export function grantOf(
  movieId: number, { user, expires, signature }: Type.Static<typeof StreamQuery>,
): (StreamGrant & { readonly signature: string }) | undefined {
  if (user === undefined && expires === undefined && signature === undefined) return undefined;
  return { movieId, userId: user ?? 0, expires: expires ?? 0, signature: signature ?? '' };
}
