import { Server } from 'socket.io';
import { LIVE_PATH } from './upgrades.ts';

/** Socket.IO as we use it: WebSockets alone, so that any node can take any of them, and nothing that costs an idle one memory. */
export function createIo(signInTimeoutMs: number): Server {
  return new Server({
    path: LIVE_PATH,
    addTrailingSlash: false,
    serveClient: false,
    transports: ['websocket'],
    perMessageDeflate: false,
    maxHttpBufferSize: MAX_MESSAGE_BYTES,
    connectTimeout: signInTimeoutMs,
  });
}

/** What is larger is not even read; the connection ends. */
const MAX_MESSAGE_BYTES = 256 * 1024;
