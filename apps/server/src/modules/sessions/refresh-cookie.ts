import { Problem } from '../../kernel/problem.ts';

const PATH = '/api/auth';

type Headers = Readonly<Record<string, string | string[] | undefined>>;

interface Settings {
  /** Where people reach this server, such as `https://party.example.org`. */
  readonly publicUrl: string;
  /** Other origins whose pages may call; `'*'`: any, but never with their cookies. */
  readonly corsOrigins: readonly string[] | '*';
  readonly maxAgeSeconds: number;
}

export type RefreshCookies = ReturnType<typeof refreshCookies>;

/** The cookie that keeps a refresh token out of reach of scripts and of other sites. SE4 */
export function refreshCookies({ publicUrl, corsOrigins, maxAgeSeconds }: Settings) {
  const https = publicUrl.startsWith('https:');
  // With the prefix browsers take it over https only, so that nobody on the way can plant one (RFC 6265bis).
  const name = `${https ? '__Secure-' : ''}watchparty_refresh`;
  const attributes = `Path=${PATH}; HttpOnly; SameSite=Strict${https ? '; Secure' : ''}`;
  const origins = new Set([new URL(publicUrl).origin, ...(corsOrigins === '*' ? [] : corsOrigins)]);

  /**
   * Whether a browser says that one of our pages asks, or one that may. Every browser that knows `SameSite` sends an
   * `Origin` with each POST: whoever sends none is no browser, and nobody's cookies can be used against them.
   */
  function isOurs(headers: Headers): boolean {
    const origin = headers['origin'];
    if (headers['sec-fetch-site'] === 'same-origin') return true;
    if (origin === undefined) return headers['sec-fetch-site'] === undefined;
    if (origins.has(String(origin))) return true;
    // Reached by another name than PUBLIC_URL, where browsers tell no more than the origin. A page elsewhere cannot choose Host.
    return headers['sec-fetch-site'] === undefined && URL.parse(String(origin))?.host === headers['host'];
  }

  return {
    set: (token: string): string => `${name}=${token}; Max-Age=${maxAgeSeconds}; ${attributes}`,
    clear: `${name}=; Max-Age=0; ${attributes}`,
    /** Undefined where there is none; throws `auth.cross_site` for one that a page of somebody else makes a browser send. */
    read(headers: Headers): string | undefined {
      const token = valueOf(headers['cookie'], name);
      if (token !== undefined && !isOurs(headers)) throw new Problem('auth.cross_site');
      return token;
    },
  };
}

function valueOf(header: string | string[] | undefined, name: string): string | undefined {
  if (typeof header !== 'string') return undefined;
  for (const pair of header.split(';')) {
    const [given, ...value] = pair.trim().split('=');
    if (given === name) return value.join('=') || undefined;
  }
  return undefined;
}
