import type { IncomingMessage } from 'node:http';

/**
 * Which pages may open connections: our own, and those of `corsOrigins`. Browsers name the page's origin with every
 * WebSocket; what names none is no browser, and nobody's tokens can be used against them.
 */
export function createOriginCheck(
  { publicUrl, corsOrigins }: { readonly publicUrl: string; readonly corsOrigins: readonly string[] | '*' },
): (request: Pick<IncomingMessage, 'headers'>) => boolean {
  const origins = new Set([new URL(publicUrl).origin, ...(corsOrigins === '*' ? [] : corsOrigins)]);
  return ({ headers }) => {
    const { origin, host } = headers;
    if (origin === undefined || corsOrigins === '*' || origins.has(origin)) return true;
    // Reached by another name than PUBLIC_URL. A page elsewhere cannot choose Host.
    return URL.parse(origin)?.host === host;
  };
}
