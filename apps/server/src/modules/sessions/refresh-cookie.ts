const NAME = 'watchparty_refresh';
const PATH = '/api/auth';

/** `Set-Cookie` values that keep a refresh token out of reach of scripts and of other sites. */
export function refreshCookies({ https, maxAgeSeconds }: { readonly https: boolean; readonly maxAgeSeconds: number }) {
  const attributes = `Path=${PATH}; HttpOnly; SameSite=Strict${https ? '; Secure' : ''}`;
  return {
    set: (token: string): string => `${NAME}=${token}; Max-Age=${maxAgeSeconds}; ${attributes}`,
    clear: `${NAME}=; Max-Age=0; ${attributes}`,
  };
}

export function readRefreshCookie(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined;
  for (const pair of header.split(';')) {
    const [name, ...value] = pair.trim().split('=');
    if (name === NAME) return value.join('=') || undefined;
  }
  return undefined;
}
