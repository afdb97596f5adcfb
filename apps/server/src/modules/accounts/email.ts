import { domainToUnicode } from 'node:url';
import { mailAddress } from '../../mail/index.ts';
import { Problem } from '../../kernel/problem.ts';

/**
 * An address as it is kept: as it was typed, but for a domain beyond ASCII, which has one ASCII form however it is
 * typed. Refuses what no mail can be sent to.
 */
export function storedEmail(email: string): string {
  const address = mailAddress(email);
  if (address === undefined) {
    throw new Problem('request.invalid', {
      errors: [{ field: '/body/email', message: 'must be an address that mail can be sent to' }],
    });
  }
  return isAscii(email) ? email : address;
}

/** The same for looking somebody up: what is no address is left as it is, and finds nobody. */
export const soughtEmail = (email: string): string => (isAscii(email) ? email : mailAddress(email) ?? email);

/** As people read it. */
export function shownEmail(stored: string): string {
  const at = stored.lastIndexOf('@') + 1;
  return stored.includes('xn--', at) ? stored.slice(0, at) + domainToUnicode(stored.slice(at)) : stored;
}

export const isAscii = (text: string): boolean => /^[\x20-\x7e]*$/.test(text);
