import type { IncomingMessage } from 'node:http';
import proxyAddr from '@fastify/proxy-addr';

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

/** The client's address as the trusted proxies tell it. */
export type AddressOf = (request: IncomingMessage) => string | undefined;

export function createAddressOf(trusts: false | Trusts): AddressOf {
  if (trusts === false) return (request) => request.socket.remoteAddress;
  return (request) => proxyAddr.all(request, trusts).at(-1);
}
