import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a server on this machine that can be cut. */
export interface Passage {
  readonly port: number;
  /** Everything sent from now on is lost; connections seem to stand. */
  silence(): void;
  /** Breaks all connections and takes no new ones. */
  cut(): Promise<void>;
  /** Takes connections again; those that were silenced are broken. */
  mend(): Promise<void>;
  close(): Promise<void>;
}

export async function openPassage(targetPort: number): Promise<Passage> {
  const sockets = new Set<Socket>();
  let silent = false;
  const server = createServer((near) => {
    const far = connect(targetPort, '127.0.0.1');
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from);
      from.on('data', (chunk) => void (silent || to.write(chunk)));
      from.on('error', () => {});
      from.on('close', () => {
        sockets.delete(from);
        if (!silent) to.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  function breakAll(): void {
    for (const socket of sockets) socket.destroy();
  }
  async function cut(): Promise<void> {
    if (server.listening) {
      server.close();
      breakAll();
      await once(server, 'close');
    }
    breakAll();
  }

  return {
    port,
    silence() {
      silent = true;
    },
    cut,
    async mend() {
      if (silent) breakAll();
      silent = false;
      if (!server.listening) await once(server.listen(port, '127.0.0.1'), 'listening');
    },
    close: cut,
  };
}
