export interface Tokens {
  readonly accessToken: string;
  /** Absent when the server keeps it in a cookie (`useCookie`). */
  readonly refreshToken?: string;
}

/** Where the tokens live. Share one store between clients (or tabs) that act for the same session. */
export interface TokenStore {
  get(): Tokens | undefined | Promise<Tokens | undefined>;
  /** Undefined: signed out, or the session has ended. */
  set(tokens: Tokens | undefined): void | Promise<void>;
}

/** Keeps the tokens for as long as this object lives. */
export function createMemoryTokenStore(tokens?: Tokens): TokenStore {
  let current = tokens;
  return {
    get: () => current,
    set(next) {
      current = next;
    },
  };
}

/** The tokens alone, of an answer that carries more. */
export const tokensOf = ({ accessToken, refreshToken }: { accessToken: string; refreshToken?: string }): Tokens => ({
  accessToken,
  ...(refreshToken !== undefined && { refreshToken }),
});
