import { Server } from 'socket.io';
import { LIVE_PATH } from './upgrades.ts';

interface IoSettings {
  /** How long a connection may stay open before its token is shown. */
  readonly signInTimeoutMs?: number;
  readonly corsOrigins: readonly string[] | '*';
}

const SIGN_IN_TIMEOUT_MS = 10_000;

/** Socket.IO as we use it: nothing that costs an idle connection memory. Polls of other pages are let in by `arrivals.ts`. */
export function createIo({ signInTimeoutMs = SIGN_IN_TIMEOUT_MS, corsOrigins }: IoSettings): Server {
  return new Server({
    path: LIVE_PATH,
    addTrailingSlash: false,
    serveClient: false,
    transports: ['websocket', 'polling'],
    cors: { origin: corsOrigins === '*' ? '*' : [...corsOrigins] },
    perMessageDeflate: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    connectTimeout: signInTimeoutMs,
  });
}

/** What is larger is not even read; the connection ends. */
const MAX_MESSAGE_BYTES = 256 * 1024;
