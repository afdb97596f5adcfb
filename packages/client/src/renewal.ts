import { ApiError, NetworkError } from './api-error.ts';
import { type Exchange, jsonOf } from './exchange.ts';
import { type Tokens, type TokenStore, tokensOf } from './tokens.ts';

/** Answers tokens that are newer than `used`, or undefined when the session has ended. */
export type Renew = (used: Tokens) => Promise<Tokens | undefined>;

/** Everybody waits for the one trade: over a network that swallows everything, not for ever. */
const TRADE_TIMEOUT_MS = 15_000;

/**
 * Trades the refresh token for new tokens. However many requests meet an expired access token together, one trade
 * serves them all, for a refresh token is good for one use; tokens that somebody else has put into the store since
 * are taken as they are.
 */
export function createRenewal(exchange: Exchange, store: TokenStore): Renew {
  let underWay: Promise<Tokens | undefined> | undefined;

  async function trade({ refreshToken }: Tokens): Promise<Tokens> {
    const signal = AbortSignal.timeout(TRADE_TIMEOUT_MS);
    try {
      return await tradeInTime(refreshToken, signal);
    } catch (error) {
      throw signal.aborted ? new NetworkError('The server did not answer in time', { cause: error }) : error;
    }
  }

  async function tradeInTime(refreshToken: string | undefined, signal: AbortSignal): Promise<Tokens> {
    const response = await exchange({
      method: 'POST',
      path: '/api/auth/refresh',
      headers: { 'content-type': 'application/json' },
      body: () => JSON.stringify(refreshToken === undefined ? {} : { refreshToken }),
      signal,
    });
    const { data } = await jsonOf<{ data: Tokens }>(response, signal);
    return tokensOf(data);
  }

  async function renew(): Promise<Tokens | undefined> {
    const old = await store.get();
    if (old === undefined) return undefined;
    let fresh: Tokens | undefined;
    try {
      fresh = await trade(old);
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 401)) throw error;
      const now = await store.get();
      if (now !== undefined && now.accessToken !== old.accessToken) return now;
    }
    await store.set(fresh);
    return fresh;
  }

  return async (used) => {
    const current = await store.get();
    if (underWay === undefined && current?.accessToken !== used.accessToken) return current;
    underWay ??= renew().finally(() => {
      underWay = undefined;
    });
    return underWay;
  };
}
