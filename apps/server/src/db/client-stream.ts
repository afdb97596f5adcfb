import type { Socket } from 'node:net';
import type pg from 'pg';

/** The socket below a connection, which pg does not offer: `end()` waits for a server that may be gone. */
export function streamOf(client: pg.ClientBase): Socket {
  return (client as unknown as { connection: { stream: Socket } }).connection.stream;
}
