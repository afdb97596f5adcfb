import type { ReadableBytes } from '../../../storage/index.ts';
import { brokenOff, unreadable } from './problems.ts';

const EBML_HEADER = 0x1a45dfa3;
const SEGMENT = 0x18538067;
const CLUSTER = Buffer.from([0x1f, 0x43, 0xb6, 0x75]);
const TIMESTAMP = 0xe7;
const SIMPLE_BLOCK = 0xa3;
const BLOCK_GROUP = 0xa0;
const BLOCK = 0xa1;
const VOID = 0xec;
/** What may come before the timestamp of a cluster: CRC-32, Void, Position, PrevSize. */
const BEFORE_TIMESTAMP = new Set([0xbf, VOID, 0xa7, 0xab]);
const MAX_BEFORE_TIMESTAMP = 8;

/** Recorders close a cluster every few seconds: at 25 Mbit/s this tail still holds ten of them. */
const TAIL_BYTES = 32 * 1024 * 1024;
/** Elements before the Segment: the EBML header, seldom a Void. */
const MAX_HEAD_ELEMENTS = 16;

interface Element {
  readonly id: number;
  readonly dataStart: number;
  /** Infinity: unknown, as a recorder writes it that cannot go back. */
  readonly sizeBytes: number;
}

/**
 * Checks that a webm file is all there: its Segment must not be longer than the file (`movies.file_truncated`).
 * A live recording does not know its Segment's size; one that broke off cannot be told from one that was ended, and
 * browsers play it up to its last whole block, so it is accepted.
 */
export async function checkWebmSegment(file: ReadableBytes): Promise<void> {
  let at = 0;
  for (let count = 0; count < MAX_HEAD_ELEMENTS; count += 1) {
    const read = await file.read(at, 12);
    const element = readElement(Buffer.from(read.buffer, read.byteOffset, read.byteLength), 0);
    if (!element) break;
    const end = at + element.dataStart + element.sizeBytes;
    if (element.id === SEGMENT) {
      if (end <= file.sizeBytes || element.sizeBytes === Infinity) return;
      throw brokenOff();
    }
    if ((element.id !== EBML_HEADER && element.id !== VOID) || element.sizeBytes === Infinity) break;
    at = end;
  }
  throw unreadable('It has no Segment.');
}

/**
 * Where the last block of a webm file begins, in ticks of its TimestampScale: the length of a live recording, which
 * does not state it. Undefined when the last 32 MiB hold no cluster.
 */
export async function lastBlockTicks(file: ReadableBytes): Promise<number | undefined> {
  const start = Math.max(0, file.sizeBytes - TAIL_BYTES);
  const read = await file.read(start, file.sizeBytes - start);
  const tail = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
  let at = tail.lastIndexOf(CLUSTER);
  while (at >= 0) {
    const ticks = clusterEndTicks(tail, at);
    if (ticks !== undefined) return ticks;
    at = at === 0 ? -1 : tail.lastIndexOf(CLUSTER, at - 1);
  }
  return undefined;
}

/** The last timestamp of the cluster at `at`; undefined when there is none: the four bytes were part of a picture. */
function clusterEndTicks(bytes: Buffer, at: number): number | undefined {
  const cluster = readElement(bytes, at);
  if (!cluster) return undefined;
  const end = Math.min(bytes.byteLength, cluster.dataStart + cluster.sizeBytes);
  let clusterTicks: number | undefined;
  let lastTicks = 0;
  let before = 0;
  for (let child = readElement(bytes, cluster.dataStart); child && child.dataStart <= end; ) {
    if (clusterTicks === undefined) {
      if (child.id === TIMESTAMP) clusterTicks = readUnsigned(bytes, child);
      else if (!BEFORE_TIMESTAMP.has(child.id) || (before += 1) > MAX_BEFORE_TIMESTAMP) return undefined;
    } else if (child.id === SIMPLE_BLOCK) {
      lastTicks = Math.max(lastTicks, blockTicks(bytes, child));
    } else if (child.id === BLOCK_GROUP) {
      const block = readElement(bytes, child.dataStart);
      if (block?.id === BLOCK) lastTicks = Math.max(lastTicks, blockTicks(bytes, block));
    }
    child = readElement(bytes, child.dataStart + child.sizeBytes);
  }
  return clusterTicks === undefined ? undefined : clusterTicks + lastTicks;
}

/** A block begins with its track's number and its time within the cluster, a signed 16-bit number. */
function blockTicks(bytes: Buffer, block: Element): number {
  const track = readVint(bytes, block.dataStart, false);
  if (!track || track.end + 2 > bytes.byteLength || track.end + 2 > block.dataStart + block.sizeBytes) return 0;
  return bytes.readInt16BE(track.end);
}

function readElement(bytes: Buffer, at: number): Element | undefined {
  const id = readVint(bytes, at, true);
  const size = id && id.end - at <= 4 ? readVint(bytes, id.end, false) : undefined;
  return id && size ? { id: id.value, dataStart: size.end, sizeBytes: size.value } : undefined;
}

/** A variable-length integer of RFC 8794 §4; all data bits set means unknown: Infinity. */
function readVint(bytes: Buffer, at: number, keepMarker: boolean): { value: number; end: number } | undefined {
  const first = bytes[at];
  if (first === undefined || first === 0) return undefined;
  const length = Math.clz32(first) - 23;
  if (at + length > bytes.byteLength) return undefined;
  let value = keepMarker ? first : first & (0xff >> length);
  let allSet = (first & (0xff >> length)) === 0xff >> length;
  for (let index = 1; index < length; index += 1) {
    const byte = bytes[at + index] ?? 0;
    allSet &&= byte === 0xff;
    value = value * 256 + byte;
  }
  return { value: allSet && !keepMarker ? Infinity : value, end: at + length };
}

function readUnsigned(bytes: Buffer, element: Element): number | undefined {
  if (element.sizeBytes < 1 || element.sizeBytes > 8) return undefined;
  const end = element.dataStart + element.sizeBytes;
  if (end > bytes.byteLength) return undefined;
  return bytes.subarray(element.dataStart, end).reduce((value, byte) => value * 256 + byte, 0);
}
