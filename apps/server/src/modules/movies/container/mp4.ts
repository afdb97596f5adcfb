import type { ReadableBytes } from '../../../storage/index.ts';
import { brokenOff, unreadable } from './problems.ts';

/** A film of twelve hours in fragments of half a second has 173,000 boxes at its top. */
const MAX_BOXES = 200_000;
/** The index is held in memory; one of a ten-hour film has 20 MB. */
const MAX_INDEX_BYTES = 64 * 1024 * 1024;
/** One read sees many small boxes, so that a file full of them costs few reads. */
const WINDOW_BYTES = 4096;

/**
 * Walks the boxes at the top of an mp4 file (ISO/IEC 14496-12 §4.2): they must add up to its size, and one must be the
 * index (`moov`). Throws `movies.file_truncated` where the file ends within a box, `movies.file_unreadable` otherwise.
 */
export async function checkMp4Boxes(file: ReadableBytes): Promise<void> {
  const window = windowOver(file);
  let hasIndex = false;
  let at = 0;
  for (let count = 0; at < file.sizeBytes; count += 1) {
    if (count === MAX_BOXES) throw unreadable('It has more parts than any film.');
    const header = await window(at, Math.min(16, file.sizeBytes - at));
    if (header.byteLength < 8) throw brokenOff();
    const type = header.toString('latin1', 4, 8);
    if (!/^[\x20-\x7e\xa9]{4}$/.test(type) && header.readUInt32BE(0) !== 0) {
      throw unreadable(`It is damaged at byte ${at}.`);
    }
    const size = boxSize(header, file.sizeBytes - at, at);
    if (at + size > file.sizeBytes) throw brokenOff();
    if (type === 'moov') {
      if (size > MAX_INDEX_BYTES) throw unreadable('Its index is larger than any film needs.');
      hasIndex = true;
    }
    at += size;
  }
  if (!hasIndex) throw unreadable('It has no index (moov).');
}

/** The size a box claims; 0 means up to the end of the file, which also covers zeros added behind a film. */
function boxSize(header: Buffer, bytesLeft: number, at: number): number {
  const size = header.readUInt32BE(0);
  if (size === 0) return bytesLeft;
  if (size !== 1) {
    if (size < 8) throw unreadable(`It is damaged at byte ${at}.`);
    return size;
  }
  if (header.byteLength < 16) throw brokenOff();
  const large = header.readBigUInt64BE(8);
  if (large < 16n) throw unreadable(`It is damaged at byte ${at}.`);
  return large > BigInt(Number.MAX_SAFE_INTEGER) ? Number.MAX_SAFE_INTEGER : Number(large);
}

function windowOver(file: ReadableBytes): (at: number, length: number) => Promise<Buffer> {
  let start = 0;
  let bytes: Buffer = Buffer.alloc(0);
  return async (at, length) => {
    if (at < start || at + length > start + bytes.byteLength) {
      const read = await file.read(at, WINDOW_BYTES);
      start = at;
      bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
    }
    return bytes.subarray(at - start, at - start + length);
  };
}
