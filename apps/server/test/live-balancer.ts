import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { between, type Random } from '@watchparty/redis-kit/test/history';

/** One address for several nodes, as a load balancer gives it, over networks that break. */
export interface Balancer {
  readonly url: string;
  /** The nodes that there are; connections to others break with them. */
  nodes(urls: readonly string[]): void;
  /** How many connections lead to it. */
  load(url: string): number;
  /** Breaks this share of the connections. */
  breakSome(share: number): void;
  /** Nothing passes on this share of the connections any more, and nobody is told. */
  silenceSome(share: number): void;
  close(): Promise<void>;
}

export async function openBalancer(random: Random): Promise<Balancer> {
  const pairs = new Set<readonly [Socket, Socket]>();
  const nears = new Set<Socket>();
  let ports: readonly number[] = [];

  async function reach(port: number): Promise<Socket | undefined> {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    far.on('error', () => {});
    const { promise, resolve } = Promise.withResolvers<Socket | undefined>();
    far.once('connect', () => resolve(far));
    far.once('close', () => resolve(undefined));
    return promise;
  }

  async function carry(near: Socket): Promise<void> {
    near.pause().setNoDelay(true).on('error', () => {});
    const first = between(random, 0, Math.max(0, ports.length - 1));
    for (const port of [...ports.slice(first), ...ports.slice(0, first)]) {
      const far = await reach(port);
      if (far === undefined) continue;
      if (near.destroyed) {
        far.destroy();
        return;
      }
      const pair = [near, far] as const;
      pairs.add(pair);
      near.pipe(far).pipe(near);
      for (const [one, other] of [[near, far], [far, near]] as const) {
        one.on('close', () => {
          other.destroy();
          pairs.delete(pair);
        });
      }
      return;
    }
    near.destroy();
  }

  const server = createServer((near) => {
    nears.add(near.on('close', () => nears.delete(near)));
    void carry(near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const some = (share: number) => [...pairs].filter(() => random() < share);

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    nodes(urls) {
      ports = urls.map((url) => Number(new URL(url).port));
    },
    load: (url) => [...pairs].filter(([, far]) => far.remotePort === Number(new URL(url).port)).length,
    breakSome(share) {
      for (const [near, far] of some(share)) for (const socket of [near, far]) socket.destroy();
    },
    silenceSome(share) {
      for (const [near, far] of some(share)) {
        near.unpipe();
        far.unpipe();
        near.resume();
        far.resume();
      }
    },
    async close() {
      server.close();
      for (const near of nears) near.destroy();
      await once(server, 'close');
    },
  };
}
