/**
 * Run by a test: uploads a film of so many bytes (second argument) into a new folder (first argument), as a request
 * would bring it, and prints as JSON what that took.
 */
import { createStorage } from '../../storage/index.ts';
import { filmBytes } from '../../../test/fixtures/films.ts';
import { receiveFilm } from './upload.ts';

const [folder = '', size = ''] = process.argv.slice(2);
const film = filmBytes('h264-aac.mp4');
const paddingBytes = Number(size) - film.length;
// A `free` box with a 64-bit size: the film is valid and as large as one likes.
const padding = Buffer.alloc(16);
padding.writeUInt32BE(1);
padding.write('free', 4, 'latin1');
padding.writeBigUInt64BE(BigInt(paddingBytes), 8);

async function* source(): AsyncGenerator<Uint8Array> {
  yield film;
  yield padding;
  for (let left = paddingBytes - padding.length; left > 0; left -= 65_536) yield new Uint8Array(Math.min(left, 65_536));
}

const storage = createStorage(folder, { clock: { now: () => Date.now() }, newId: () => 'upload' });
const rssBefore = process.memoryUsage.rss();
const start = performance.now();
const { object, video } = await receiveFilm({
  storage,
  key: 'movies/1/large.mp4',
  source: source(),
  contentLength: Number(size),
  maxBytes: Number(size),
  signal: new AbortController().signal,
});
const durationMs = performance.now() - start;
const rssGrowthBytes = process.resourceUsage().maxRSS * 1024 - rssBefore;
await storage.close();
process.stdout.write(JSON.stringify({ sizeBytes: object.sizeBytes, video, durationMs, rssGrowthBytes }));
