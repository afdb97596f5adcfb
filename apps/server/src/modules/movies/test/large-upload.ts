/**
 * Run by a test: uploads a small film and then one of so many bytes (second argument) into a new folder (first
 * argument), as requests would bring them, and prints as JSON what the large one took beyond the small one.
 */
import { randomUUID } from 'node:crypto';
import { createStorage, type StoredObject } from '../../../storage/index.ts';
import { filmBytes } from '../../../../test/fixtures/films.ts';
import type { Video } from '../container/index.ts';
import { receiveFilm } from '../upload.ts';

const [folder = '', size = ''] = process.argv.slice(2);
const film = filmBytes('h264-aac.mp4');
const storage = createStorage(folder, { clock: { now: () => Date.now() }, newId: () => randomUUID() });

/** A film, and behind it a `free` box with a 64-bit size: valid, and as large as one likes. */
async function* filmOf(sizeBytes: number): AsyncGenerator<Uint8Array> {
  const padding = Buffer.alloc(16);
  padding.writeUInt32BE(1);
  padding.write('free', 4, 'latin1');
  padding.writeBigUInt64BE(BigInt(sizeBytes - film.length), 8);
  yield film;
  yield padding;
  const zeros = sizeBytes - film.length - padding.length;
  for (let left = zeros; left > 0; left -= 65_536) yield new Uint8Array(Math.min(left, 65_536));
}

async function upload(sizeBytes: number): Promise<{ object: StoredObject; video: Video }> {
  return await receiveFilm({
    storage,
    key: `movies/1/${sizeBytes}.mp4`,
    source: filmOf(sizeBytes),
    contentLength: sizeBytes,
    maxBytes: sizeBytes,
    signal: new AbortController().signal,
  });
}

await upload(100_000);
const rssBefore = process.memoryUsage.rss();
const start = performance.now();
const { object, video } = await upload(Number(size));
const durationMs = performance.now() - start;
const rssGrowthBytes = process.resourceUsage().maxRSS * 1024 - rssBefore;
await storage.close();
process.stdout.write(JSON.stringify({ sizeBytes: object.sizeBytes, video, durationMs, rssGrowthBytes }));
