/** The parsing thread, started by `container.parse.ts`: reads one film, answers, and ends. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads';
import type { ReadableBytes } from '../../../storage/index.ts';
import type { BytesForParser, FromParser, ParseTask } from './facts.ts';
import { readFilm } from './film.ts';

if (parentPort) await answer(parentPort, workerData as ParseTask);

async function answer(port: MessagePort, task: ParseTask): Promise<void> {
  const send = (message: FromParser): void => port.postMessage(message);
  try {
    send({ kind: 'facts', facts: await readFilm(task, bytesOver(port, task.sizeBytes)) });
  } catch (error) {
    send({ kind: 'unreadable', message: String(error) });
  } finally {
    port.close();
  }
}

/** The file, which the other side of `port` holds. */
function bytesOver(port: MessagePort, sizeBytes: number): ReadableBytes {
  const waiting = new Map<number, (bytes: Uint8Array) => void>();
  let lastId = 0;
  port.on('message', ({ id, bytes }: BytesForParser) => {
    waiting.get(id)?.(bytes);
    waiting.delete(id);
  });
  return {
    sizeBytes,
    async read(start, length) {
      const { promise, resolve } = Promise.withResolvers<Uint8Array>();
      lastId += 1;
      waiting.set(lastId, resolve);
      port.postMessage({ kind: 'read', id: lastId, start, length } satisfies FromParser);
      return await promise;
    },
  };
}
