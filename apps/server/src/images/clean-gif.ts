import { unreadable } from './problems.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const GRAPHIC_CONTROL = 0xf9;
const APPLICATION = 0xff;
/** The extensions that say how often an animation runs; all others may hold anything. */
const LOOPING = new Set(['NETSCAPE2.0', 'ANIMEXTS1.0']);

/**
 * A GIF without comments, texts, metadata and whatever follows its end; its pictures stay bit by bit. Made anew by an
 * encoder, a hundred frames take seconds and lose colours.
 */
export function cleanGif(bytes: Uint8Array): Buffer {
  const gif = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const byte = (at: number): number => gif[at] ?? fail();
  // Copied block by block: millions of tiny ones fit into a file, and each slice of its own would cost far more.
  const kept = Buffer.alloc(gif.length + 1);
  let at = 13 + colours(byte(10));
  let length = gif.copy(kept, 0, 0, at);

  /** Behind the blocks that begin at `start`, each with its length before it, the last one empty. */
  const behindBlocks = (start: number): number => {
    let end = start;
    while (byte(end) !== 0) end += 1 + byte(end);
    return end + 1;
  };

  while (byte(at) !== TRAILER) {
    const start = at;
    let keep = true;
    if (byte(at) === EXTENSION) {
      const label = byte(at + 1);
      const application = label === APPLICATION && gif.toString('latin1', at + 3, at + 3 + byte(at + 2));
      at = behindBlocks(at + 2);
      keep = label === GRAPHIC_CONTROL || (application !== false && LOOPING.has(application));
    } else if (byte(at) === IMAGE) {
      // Its descriptor, its colours, and the size of its codes.
      at = behindBlocks(at + 10 + colours(byte(at + 9)) + 1);
    } else {
      fail();
    }
    if (at > gif.length) fail();
    if (keep) length += gif.copy(kept, length, start, at);
  }
  kept[length] = TRAILER;
  return kept.subarray(0, length + 1);
}

/** The bytes of the colour table that these flags announce. */
const colours = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1));

function fail(): never {
  throw unreadable(new Error('The GIF is not built as its blocks say'));
}
