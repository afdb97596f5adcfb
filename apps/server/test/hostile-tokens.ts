import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

type Json = Readonly<Record<string, unknown>>;

interface Genuine {
  readonly header: Json;
  readonly claims: Json;
  readonly secret: string;
}

const encode = (value: unknown): string => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

/** Signed by HMAC, whatever the header says. */
function hmac(header: unknown, claims: unknown, secret: string | Buffer, hash = 'sha256'): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

function rsa(header: unknown, claims: unknown, key: KeyObject): string {
  const signed = `${encode(header)}.${encode(claims)}`;
  return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
}

export function readToken(token: string): Pick<Genuine, 'header' | 'claims'> {
  const [header, claims] = token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()) as Json);
  return { header: header!, claims: claims! };
}

/** The same token made by hand: were it refused, the forged ones would prove nothing. */
export const genuine = ({ header, claims, secret }: Genuine): string => hmac(header, claims, secret);

/** Tokens of somebody who wants to be the one that the genuine token names; `url` is the forger's own server. */
export function forgedTokens({ header, claims, secret }: Genuine, { url, otherUserId }: { readonly url: string; readonly otherUserId: number }) {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = own.publicKey.export({ format: 'jwk' });
  const publicPem = own.publicKey.export({ format: 'pem', type: 'spki' });
  const unsigned = (alg: string) => `${encode({ ...header, alg })}.${encode(claims)}.`;
  const good = hmac(header, claims, secret);
  const seconds = Math.floor(Date.now() / 1000);
  const claiming = (changes: Json) => hmac(header, { ...claims, ...changes }, secret);
  const { exp: _exp, ...eternal } = claims;
  const { aud: _aud, ...forAnybody } = claims;
  const tokens: Record<string, string> = {
    'wants no algorithm': unsigned('none'),
    'wants no algorithm in capitals': unsigned('NONE'),
    'wants no algorithm in a mix': unsigned('nOnE'),
    'leaves the signature out': good.replace(/[^.]+$/, ''),
    'wants no algorithm and keeps a signature': `${encode({ ...header, alg: 'none' })}.${encode(claims)}.${good.split('.')[2]}`,
    'is signed with nothing': hmac(header, claims, ''),
    'is signed with a guess': hmac(header, claims, 'secret'),
    'is signed with NUL bytes': hmac(header, claims, Buffer.alloc(32)),
    'is signed with its own key id': hmac(header, claims, String(header['kid'])),
    'is signed by a stronger hash than is used': hmac({ ...header, alg: 'HS512' }, claims, secret, 'sha512'),
    'says RSA and is signed by HMAC': hmac({ ...header, alg: 'RS256' }, claims, secret),
    'is signed by an RSA key of its own': rsa({ ...header, alg: 'RS256' }, claims, own.privateKey),
    'brings its key along': rsa({ ...header, alg: 'RS256', jwk }, claims, own.privateKey),
    'brings a symmetric key along': hmac({ ...header, jwk: { kty: 'oct', k: encode('mine') } }, claims, 'mine'),
    'is signed by HMAC with a public key': hmac(header, claims, publicPem),
    'says where its key is': rsa({ ...header, alg: 'RS256', jku: `${url}/jwks.json`, x5u: `${url}/a.pem` }, claims, own.privateKey),
    'says where its key is and is signed by HMAC': hmac({ ...header, jku: `${url}/jwks.json` }, claims, 'mine'),
    'names an empty file as its key': hmac({ ...header, kid: '../../../../dev/null' }, claims, ''),
    'names a key by SQL': hmac({ ...header, kid: "x' union select 'mine' --" }, claims, 'mine'),
    'names a key of every object': hmac({ ...header, kid: '__proto__' }, claims, 'mine'),
    'names a key by a list': hmac({ ...header, kid: [header['kid']] }, claims, 'mine'),
    'names the right key and has another': hmac(header, claims, 'mine'),
    'must be understood in ways unknown': hmac({ ...header, crit: ['x-unknown'], 'x-unknown': 1 }, claims, secret),
    'is not encoded': hmac({ ...header, b64: false, crit: ['b64'] }, claims, secret),
    'is of another type': hmac({ ...header, typ: 'JWT' }, claims, secret),
    'is of no type': hmac({ ...header, typ: undefined }, claims, secret),
    'is for somebody else': claiming({ aud: 'another-service' }),
    'is for nobody in particular': hmac(header, forAnybody, secret),
    'never ends': hmac(header, eternal, secret),
    'has ended': claiming({ iat: seconds - 2000, exp: seconds - 100 }),
    'ends at a text': claiming({ exp: '9999999999' }),
    'has not begun': claiming({ nbf: seconds + 1000 }),
    'names another user': claiming({ sub: String(otherUserId) }),
    'names another user by a number': claiming({ sub: otherUserId }),
    'names its user with an exponent': claiming({ sub: '1e0' }),
    'names its user after a space': claiming({ sub: ` ${String(claims['sub'])}` }),
    'names no user': claiming({ sub: '' }),
    'names all users': claiming({ sub: ['1', '2'] }),
    'names a session by SQL': claiming({ sid: "' or true --" }),
    'names a session by a query': claiming({ sid: { $ne: null } }),
    'names no session': claiming({ sid: undefined }),
    'names a session that never was': claiming({ sid: '01890a5d-ac96-774b-bcce-b302099a8057' }),
    'holds no object': hmac(header, '"text"', secret),
    'holds no JSON': hmac(header, '{', secret),
    'has five parts': `${good}.${encode('x')}.${encode('y')}`,
    'has four parts': `${good}.`,
    'has two parts': good.split('.').slice(0, 2).join('.'),
    'has a changed claim': [good.split('.')[0], encode({ ...claims, role: 'admin' }), good.split('.')[2]].join('.'),
    'has one letter more': `${good}A`,
    'is all dots': '.'.repeat(5000),
  };
  return Object.entries(tokens);
}
