import { domainToASCII } from 'node:url';

const MAX_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
/** RFC 5321's dot-string. Quoted names are left out: programs disagree about where they end. */
const LOCAL = /^[\w!#$%&'*+/=?^`{|}~-]+(?:\.[\w!#$%&'*+/=?^`{|}~-]+)*$/;
const HOST = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;

/**
 * The address as mail servers take it: its domain in ASCII (`пример.рф` becomes `xn--e1afmkfd.xn--p1ai`) and small
 * letters. Undefined for what is not exactly one address that every mail server understands.
 */
export function mailAddress(text: string): string | undefined {
  const at = text.lastIndexOf('@');
  const local = text.slice(0, at);
  const domain = /[\s%:/?#[\]\\]/.test(text.slice(at + 1)) ? '' : domainToASCII(text.slice(at + 1));
  const address = `${local}@${domain}`;
  const fits = at > 0 && local.length <= MAX_LOCAL_LENGTH && address.length <= MAX_LENGTH;
  return fits && LOCAL.test(local) && HOST.test(domain) ? address : undefined;
}

/** Enough to tell one's own mails in a log, not enough to write to somebody: `a***@example.org`. */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@');
  return at > 0 ? `${address.slice(0, 1)}***${address.slice(at)}` : '***';
}
