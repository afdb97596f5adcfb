import { setTimeout as delay } from 'node:timers/promises';
import type { Server } from 'socket.io';
import type { Conn } from './packets.ts';
import { cutOff } from './slow.ts';

/** A goodbye on its way gets so long. */
const GOODBYE_MS = 1000;

/** Closes all connections of a server: each as soon as what it was told has left, and those that do not read by force. */
export async function closeAll(io: Server): Promise<void> {
  const { clients } = io.engine as unknown as { readonly clients: Readonly<Record<string, Conn>> };
  const open = Object.values(clients);
  // Closed below Socket.IO, which would tell its clients never to come back.
  for (const conn of open) conn.close();
  const untilMs = performance.now() + GOODBYE_MS;
  while (io.engine.clientsCount > 0 && performance.now() < untilMs) await delay(10);
  for (const conn of open) cutOff(conn);
  await io.close();
}
