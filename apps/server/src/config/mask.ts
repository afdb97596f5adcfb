/** What stands in the place of a secret. */
export const MASK = '***';

/** The text with the passwords (and lone user names, which may be keys) of its URLs masked. */
export function maskUrls(text: string): string {
  return text
    .replace(/([a-z][a-z0-9+.-]*:\/\/)([^\s/?#@:]*)(:[^\s/?#]*)?@/gi, (_whole, scheme: string, user: string, rest) =>
      rest === undefined ? `${scheme}${MASK}@` : `${scheme}${user}:${MASK}@`)
    .replace(/([?&](?:\w*password|secret|token|key)=)[^&\s]*/gi, `$1${MASK}`);
}

/** A given value in one line for a person: quoted, shortened, control characters escaped, passwords masked. */
export function quote(text: string): string {
  const masked = maskUrls(text);
  return JSON.stringify(masked.length > 80 ? `${masked.slice(0, 77)}...` : masked);
}
