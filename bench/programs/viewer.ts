import { WebSocket } from 'ws';

/** What a text frame of Socket.IO carries: an event, or the acknowledgement of one. */
const SEQ = Buffer.from('"seq":');

/** How many messages a frame of the chat carries, without parsing it. */
export function messagesIn(frame: Buffer): number {
  let count = 0;
  for (let at = frame.indexOf(SEQ); at !== -1; at = frame.indexOf(SEQ, at + SEQ.length)) count += 1;
  return count;
}

export interface Viewer {
  /** Sends an event; its acknowledgement's first argument. */
  ask(event: string, body: object): Promise<unknown>;
  /** Called with the name and the whole frame of each event that arrives. */
  onEvent: (name: string, frame: Buffer) => void;
  close(): void;
}

/**
 * A client of Socket.IO 4 that does as little as one can: the load shares a core with nothing else of the bench, but
 * thousands of whole clients would need more than that core.
 */
export async function openViewer(url: string, token: string): Promise<Viewer> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}/socket.io/?EIO=4&transport=websocket`, { perMessageDeflate: false });
  const waiting = new Map<number, (answer: unknown) => void>();
  let asked = 0;
  const connected = Promise.withResolvers<void>();
  const viewer: Viewer = {
    onEvent: () => {},
    ask(event, body) {
      asked += 1;
      const { promise, resolve } = Promise.withResolvers<unknown>();
      waiting.set(asked, resolve);
      socket.send(`42${asked}${JSON.stringify([event, body])}`);
      return promise;
    },
    close: () => socket.terminate(),
  };
  socket.on('message', (data: Buffer) => {
    const [first, second] = [data[0], data[1]];
    if (first === 0x30) return socket.send(`40${JSON.stringify({ token })}`);
    if (first === 0x32) return socket.send('3');
    if (first !== 0x34) return undefined;
    if (second === 0x30) return connected.resolve();
    if (second === 0x32) {
      const from = data.indexOf(0x22) + 1;
      return viewer.onEvent(data.toString('latin1', from, data.indexOf(0x22, from)), data);
    }
    if (second === 0x33) {
      const text = data.toString();
      const open = text.indexOf('[');
      const id = Number(text.slice(2, open));
      waiting.get(id)?.((JSON.parse(text.slice(open)) as unknown[])[0]);
      waiting.delete(id);
      return undefined;
    }
    return connected.reject(new Error(`Refused: ${data.toString()}`));
  });
  socket.on('error', connected.reject);
  socket.on('close', () => connected.reject(new Error('The connection was closed')));
  await connected.promise;
  return viewer;
}

/** Runs `work` for each of `count`, so many at a time. */
export async function manyAtOnce(count: number, atOnce: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, async () => {
    while (next < count) await work((next += 1) - 1);
  }));
}
