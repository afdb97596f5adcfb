import { abortable } from '../abortable.ts';
import { ObjectOffsetError, ObjectTooLargeError } from '../errors.ts';
import type { AppendOptions, ReadableBytes } from '../storage.ts';
import { createBlockReader } from './block-reader.ts';
import type { S3Calls } from './calls.ts';
import { inParts } from './in-parts.ts';

/** What arrives in several goes lies here: one object for each piece, named by where it begins. */
const ARRIVING = '.arriving';
const NAME_DIGITS = 15;

export interface Piece {
  readonly key: string;
  readonly start: number;
  readonly sizeBytes: number;
}

interface Options extends Omit<AppendOptions, 'signal'> {
  readonly signal: AbortSignal;
  /** All pieces but the last are of this size, the same in each go: S3 joins none below 5 MiB. */
  readonly pieceBytes: number;
  readonly newVersion: () => string;
}

/** The pieces of `key` from its first byte on, without a gap. */
export async function piecesOf(s3: S3Calls, key: string): Promise<Piece[]> {
  const folder = `${ARRIVING}/${key}`;
  const listed = (await s3.list(folder))
    .map((found) => ({ key: found.key, start: Number(found.key.slice(folder.length + 1)), sizeBytes: found.sizeBytes }))
    .toSorted((a, b) => a.start - b.start);
  const pieces: Piece[] = [];
  for (const piece of listed) {
    if (piece.start !== lengthOf(pieces)) break;
    pieces.push(piece);
  }
  return pieces;
}

export const lengthOf = (pieces: readonly Piece[]): number => {
  const last = pieces.at(-1);
  return last === undefined ? 0 : last.start + last.sizeBytes;
};

/** Adds `source` behind the first `offset` bytes; what has come when it fails is kept. Answers the new length. */
export async function appendPieces(
  s3: S3Calls, key: string, offset: number, source: AsyncIterable<Uint8Array>, options: Options,
): Promise<number> {
  const { pieceBytes, maxBytes, signal, newVersion } = options;
  const pieces = await piecesOf(s3, key);
  if (lengthOf(pieces) < offset) throw new ObjectOffsetError(lengthOf(pieces));
  // The piece that is not full, up to the offset, is made anew with what comes; what lies behind it goes, last piece
  // first, so that there is no gap whenever this breaks off.
  const open = pieces.find(({ start, sizeBytes }) => start + sizeBytes > offset || (start + sizeBytes === offset && sizeBytes < pieceBytes));
  const begin = open?.start ?? offset;
  for (const piece of pieces.filter(({ start }) => start > begin).toReversed()) await s3.remove(piece.key);
  const carried = open === undefined ? new Uint8Array(0) : await bytesOf(s3, open, 0, offset - begin, signal);

  let failure: { readonly error: unknown } | undefined;
  let received = offset;
  async function* kept(): AsyncGenerator<Uint8Array, void> {
    yield carried;
    try {
      for await (const chunk of abortable(source, signal)) {
        received += chunk.byteLength;
        if (received > maxBytes) {
          received -= chunk.byteLength;
          throw new ObjectTooLargeError(maxBytes);
        }
        yield chunk;
      }
    } catch (error) {
      failure = { error };
    }
  }
  let at = begin;
  for await (const part of inParts(kept(), { partBytes: pieceBytes, maxBytes, signal: new AbortController().signal })) {
    const same = part.byteLength === open?.sizeBytes && at === open.start && received === offset;
    if (part.byteLength > 0 && !same) {
      await s3.put(`${ARRIVING}/${key}/${String(at).padStart(NAME_DIGITS, '0')}`, part, newVersion());
    }
    at += part.byteLength;
  }
  // Taken back to its very beginning.
  if (at === begin && open !== undefined) await s3.remove(open.key);
  if (failure !== undefined) throw failure.error;
  return at;
}

/** The pieces as one. */
export function readablePieces(s3: S3Calls, pieces: readonly Piece[], signal: AbortSignal): ReadableBytes {
  return createBlockReader(lengthOf(pieces), async (start, end) => {
    const parts = pieces
      .filter((piece) => piece.start <= end && piece.start + piece.sizeBytes > start)
      .map((piece) => bytesOf(s3, piece, Math.max(0, start - piece.start), Math.min(end + 1, piece.start + piece.sizeBytes) - piece.start, signal));
    return Buffer.concat(await Promise.all(parts));
  });
}

export async function discardPieces(s3: S3Calls, key: string): Promise<void> {
  const found = await s3.list(`${ARRIVING}/${key}`);
  for (const piece of found.toReversed()) await s3.remove(piece.key);
}

/** From `start` to before `end`, counted in the piece. */
async function bytesOf(s3: S3Calls, piece: Piece, start: number, end: number, signal: AbortSignal): Promise<Uint8Array> {
  if (end <= start) return new Uint8Array(0);
  const response = await s3.get(piece.key, { start, end: end - 1 }, signal);
  return new Uint8Array((await response?.arrayBuffer()) ?? []);
}
