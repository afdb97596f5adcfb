/** Run by a test: an endless upload into the folder of the first argument, telling the bytes written line by line. */
import { randomUUID } from 'node:crypto';
import { createStorage } from './create-storage.ts';

const storage = createStorage(process.argv[2] ?? '', { clock: { now: () => Date.now() }, newId: () => randomUUID() });

async function* endless(): AsyncGenerator<Uint8Array> {
  while (true) yield new Uint8Array(1024 * 1024);
}

await storage.put('movies/1/endless.mp4', endless(), {
  maxBytes: Number.MAX_SAFE_INTEGER,
  onProgress: (bytes) => void process.stdout.write(`${bytes}\n`),
});
