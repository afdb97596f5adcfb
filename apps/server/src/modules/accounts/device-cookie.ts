import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

const PATH = '/api/auth';
const MAX_AGE_SECONDS = 365 * 24 * 60 * 60;

/** A browser that has signed in to this account before, with the password that it has now. */
export interface DeviceCookies {
  /** The `Set-Cookie` for a browser that has just signed in. */
  set(account: Account): string;
  /** What to count this device by; undefined: none that is known to this account. */
  read(cookie: string | undefined, account: Account): string | undefined;
}

interface Account {
  readonly id: number;
  readonly password_hash: string;
}

interface Settings {
  readonly publicUrl: string;
  readonly secret: Uint8Array;
}

/**
 * Tells the devices of an account's owner from everybody else's, so that whoever tries passwords cannot shut the owner
 * out. It opens nothing: all it gives is tries of its own. A new password makes an end of all of them. AC15
 */
export function createDeviceCookies({ publicUrl, secret }: Settings): DeviceCookies {
  const https = publicUrl.startsWith('https:');
  const attributes = `Path=${PATH}; HttpOnly; SameSite=Strict${https ? '; Secure' : ''}`;
  const nameFor = ({ id }: Account): string => `${https ? '__Secure-' : ''}watchparty_device_${id}`;
  const key = createHmac('sha256', secret).update('watchparty device cookie').digest();
  const sealOf = (device: string, { id, password_hash: hash }: Account): Buffer =>
    createHmac('sha256', key).update(JSON.stringify([device, id, hash])).digest();

  return {
    set(account) {
      const device = randomBytes(12).toString('base64url');
      const value = `${device}.${sealOf(device, account).toString('base64url')}`;
      return `${nameFor(account)}=${value}; Max-Age=${MAX_AGE_SECONDS}; ${attributes}`;
    },
    read(cookie = '', account) {
      const begin = `${nameFor(account)}=`;
      const value = cookie.split(';').map((pair) => pair.trim()).find((pair) => pair.startsWith(begin))?.slice(begin.length);
      const [device = '', seal = ''] = value?.split('.') ?? [];
      const given = Buffer.from(seal, 'base64url');
      const right = sealOf(device, account);
      return given.length === right.length && timingSafeEqual(given, right) ? device : undefined;
    },
  };
}
