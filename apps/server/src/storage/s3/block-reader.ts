import type { ReadableBytes } from '../storage.ts';

const BLOCK_BYTES = 1024 * 1024;
const BLOCKS_HELD = 16;

/**
 * Bytes that lie far away, read in whole blocks of which some are kept: whoever reads a film's index asks for a few
 * bytes at a time, and each question would be a request.
 */
export function createBlockReader(
  sizeBytes: number, fetchRange: (start: number, end: number) => Promise<Uint8Array>,
): ReadableBytes {
  const blocks = new Map<number, Promise<Uint8Array>>();

  function block(index: number): Promise<Uint8Array> {
    const start = index * BLOCK_BYTES;
    const bytes = blocks.get(index) ?? fetchRange(start, Math.min(start + BLOCK_BYTES, sizeBytes) - 1);
    bytes.catch(() => blocks.delete(index));
    blocks.delete(index);
    blocks.set(index, bytes);
    if (blocks.size > BLOCKS_HELD) blocks.delete(blocks.keys().next().value!);
    return bytes;
  }

  return {
    sizeBytes,
    async read(start, length) {
      const end = Math.min(start + length, sizeBytes);
      const out = new Uint8Array(Math.max(0, end - start));
      for (let at = start; at < end;) {
        const offset = at % BLOCK_BYTES;
        const piece = (await block(Math.floor(at / BLOCK_BYTES))).subarray(offset, offset + end - at);
        if (piece.byteLength === 0) throw new Error('S3 gave fewer bytes than the object has');
        out.set(piece, at - start);
        at += piece.byteLength;
      }
      return out;
    },
  };
}
