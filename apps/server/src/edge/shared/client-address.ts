import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';
import { subjectOfIp } from '@watchparty/redis-kit/rate-limit';

/** `false`: nobody; a number: so many proxies in a row, counted from this server; else addresses and networks. */
export type TrustProxy = boolean | number | string;
type Trusts = (address: string, hop: number) => boolean;

/** What the framework is told, so that it finds the same address. */
export function trustedProxies(setting: TrustProxy): false | Trusts {
  if (setting === false) return false;
  if (setting === true) return () => true;
  if (typeof setting === 'number') return (_address, hop) => hop < setting;
  return proxyAddr.compile(setting.split(',').map((part) => part.trim()));
}

/** Whom a rate limit counts for the client's address, as the trusted proxies tell it. */
export type SubjectOf = (request: IncomingMessage) => string;

/** The same few addresses come again and again; then they are all worked out anew. */
const MAX_KNOWN = 10_000;
const MAX_KEY = 100;

export function createSubjectOf(trusts: false | Trusts): SubjectOf {
  const known = new Map<string, string>();
  return (request) => {
    const own = request.socket.remoteAddress;
    const forwarded = trusts === false ? undefined : request.headers['x-forwarded-for'];
    const key = forwarded === undefined ? `${own}` : `${own},${String(forwarded)}`;
    let subject = known.get(key);
    if (subject === undefined) {
      subject = subjectOfIp(trusts === false ? own : proxyAddr.all(request, trusts).at(-1));
      if (known.size >= MAX_KNOWN) known.clear();
      if (key.length <= MAX_KEY) known.set(key, subject);
    }
    return subject;
  };
}
