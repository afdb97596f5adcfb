import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { constants, zstdCompress, zstdDecompress } from 'node:zlib';

/** A cached value with the versions of its tags, read before its load. CA1 */
export interface Entry {
  readonly tags: readonly string[];
  readonly versions: readonly string[];
  readonly fingerprint: string;
  readonly etag: string;
  readonly storedAtMs: number;
  readonly ttlMs: number;
  readonly body: Buffer;
}

interface Head {
  /** Versions by tag. */
  readonly v: Readonly<Record<string, string>>;
  readonly f: string;
  readonly e: string;
  readonly at: number;
  readonly ttl: number;
  readonly z?: 1;
}

/** Larger bodies are compressed: below, the network is cheaper than the work. */
const COMPRESS_FROM_BYTES = 16 * 1024;
const compress = promisify(zstdCompress);
const decompress = promisify(zstdDecompress);

/** One line that a person can read, then the body. */
export async function encodeEntry(entry: Entry): Promise<Buffer> {
  const large = entry.body.length >= COMPRESS_FROM_BYTES;
  const body = large ? await compress(entry.body, { params: { [constants.ZSTD_c_compressionLevel]: 3 } }) : entry.body;
  const head: Head = {
    v: Object.fromEntries(entry.tags.map((tag, index) => [tag, entry.versions[index]!])),
    f: entry.fingerprint,
    e: entry.etag,
    at: entry.storedAtMs,
    ttl: entry.ttlMs,
    ...(large && { z: 1 }),
  };
  return Buffer.concat([Buffer.from(`${JSON.stringify(head)}\n`), body]);
}

/** Undefined for what is no entry: a value somebody set by hand, or another program's. */
export async function decodeEntry(value: Buffer): Promise<Entry | undefined> {
  const end = value.indexOf(10);
  if (end < 0) return undefined;
  try {
    const head = JSON.parse(value.toString('utf8', 0, end)) as Head;
    const tags = Object.keys(head.v);
    const packed = value.subarray(end + 1);
    return {
      tags,
      versions: tags.map((tag) => head.v[tag]!),
      fingerprint: head.f,
      etag: head.e,
      storedAtMs: head.at,
      ttlMs: head.ttl,
      body: head.z === 1 ? await decompress(packed) : packed,
    };
  } catch {
    return undefined;
  }
}

/** 96 bits of SHA-256: enough that two bodies of one key never share it. */
export const etagOf = (body: Buffer): string => createHash('sha256').update(body).digest('base64url').slice(0, 16);
