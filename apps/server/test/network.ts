import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import pg from 'pg';

export interface Network {
  /** The same database, reached through this network. */
  readonly connectionString: string;
  /** From now on nothing passes on the connections there are; new ones work. */
  silence(): void;
  /** The client's ends break; the server knows nothing of it and keeps its sessions. */
  breakClients(): void;
  /** As if the server had gone: connections end, new ones are refused. */
  cut(): Promise<void>;
  /** It is back, at the same address. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** TCP in our hand, in front of the server's socket. */
export async function openNetwork(connectionString: string): Promise<Network> {
  const { host, port: socketPort, database } = new pg.Client({ connectionString });
  const near = new Set<Socket>();
  const far = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect(`${host}/.s.PGSQL.${socketPort}`);
    client.pipe(upstream).pipe(client);
    near.add(client.on('error', () => {}));
    far.add(upstream.on('error', () => {}));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  const silence = () => {
    for (const socket of [...near, ...far]) socket.unpipe();
  };
  const close = async () => {
    for (const socket of [...near, ...far]) socket.destroy();
    if (!server.listening) return;
    server.close();
    await once(server, 'close');
  };
  return {
    connectionString: connectionString.replace(/@\/.*/, `@127.0.0.1:${port}/${database ?? ''}`),
    silence,
    breakClients() {
      silence();
      for (const socket of near) socket.destroy();
      near.clear();
    },
    cut: close,
    async mend() {
      await once(server.listen(port, '127.0.0.1'), 'listening');
    },
    close,
  };
}
