import { abortable } from '../abortable.ts';
import { ObjectTooLargeError } from '../errors.ts';

interface Options {
  readonly partBytes: number;
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** `source` in parts of `partBytes`, the last one shorter, maybe empty; one part at a time is held. */
export async function* inParts(
  source: AsyncIterable<Uint8Array>, { partBytes, maxBytes, signal }: Options,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void> {
  let received = 0;
  let part = new Uint8Array(0);
  let filled = 0;
  for await (const chunk of abortable(source, signal)) {
    received += chunk.byteLength;
    if (received > maxBytes) throw new ObjectTooLargeError(maxBytes);
    for (let at = 0; at < chunk.byteLength;) {
      if (filled === part.byteLength) {
        // Grown by doubling: most objects are pictures, far smaller than a part.
        const grown = new Uint8Array(Math.min(partBytes, Math.max(64 * 1024, part.byteLength * 2)));
        grown.set(part);
        part = grown;
      }
      const taken = chunk.subarray(at, at + part.byteLength - filled);
      part.set(taken, filled);
      filled += taken.byteLength;
      at += taken.byteLength;
      if (filled === partBytes) {
        yield part;
        part = new Uint8Array(0);
        filled = 0;
      }
    }
  }
  yield part.subarray(0, filled);
}
