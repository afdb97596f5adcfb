import type { StreamUrl } from '@watchparty/protocol';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { Problem } from '../../kernel/problem.ts';
import type { RawReply } from '../../kernel/route.ts';
import type { Storage } from '../../storage/index.ts';
import type { MovieFiles } from './movie-files.ts';
import { ifRangeMatches, parseRange } from './range.ts';
import { lifetimeSeconds, type StreamGrant, type StreamUrls } from './stream-url.ts';

export interface StreamingDeps {
  readonly files: MovieFiles;
  readonly storage: Storage;
  readonly urls: StreamUrls;
  readonly clock: Clock;
}

export interface StreamRequest {
  readonly movieId: number;
  readonly actor: Actor | undefined;
  /** What the address itself brings along, if it is a signed one. */
  readonly grant: (StreamGrant & { readonly signature: string }) | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export type Streaming = ReturnType<typeof createStreaming>;

export function createStreaming({ files, storage, urls, clock }: StreamingDeps) {
  /** The viewer a request stands for: the signed address wins, for a `<video>` element sends nothing else. */
  function viewerOf({ actor, grant }: Pick<StreamRequest, 'actor' | 'grant'>): Pick<Actor, 'userId' | 'role'> | undefined {
    if (grant === undefined) return actor;
    urls.verify(grant, grant.signature, clock.now());
    // An admin's own address is one user's address: rights beyond that stay with the token.
    return grant.userId === 0 ? undefined : { userId: grant.userId, role: 'user' };
  }

  return {
    viewerOf,

    /** An address for a `<video>` element. */
    async url(movieId: number, actor: Actor | undefined): Promise<StreamUrl> {
      const { mimeType, durationSeconds } = await files.file(movieId, actor);
      const expires = Math.floor(clock.now() / 1000) + lifetimeSeconds(durationSeconds);
      const url = urls.sign({ movieId, userId: actor?.userId ?? 0, expires });
      return { url, mimeType, expiresAt: new Date(expires * 1000).toISOString() };
    },

    /** The film or a part of it (RFC 9110 §14), straight from the storage. */
    async respond(request: StreamRequest): Promise<RawReply> {
      const { key, mimeType } = await files.file(request.movieId, viewerOf(request));
      const object = await storage.head(key);
      if (object === undefined) throw new Problem('movies.no_file');
      const headers: Record<string, string> = {
        'content-type': mimeType,
        'accept-ranges': 'bytes',
        etag: `"${object.etag}"`,
        'last-modified': object.modifiedAt.toUTCString(),
        // What lies under one ETag never changes; who may read it is asked again after an hour.
        'cache-control': 'private, max-age=3600',
        'content-disposition': 'inline',
      };
      if (one(request.headers['if-none-match'])?.split(',').some((tag) => tag.trim() === headers['etag'])) {
        return { status: 304, headers };
      }
      const size = object.sizeBytes;
      const ifRange = one(request.headers['if-range']);
      const asked = ifRange === undefined || ifRangeMatches(ifRange, object) ? one(request.headers['range']) : undefined;
      const range = parseRange(asked, size);
      if (range.kind === 'unsatisfiable') {
        throw new Problem('movies.range_unsatisfiable', { headers: { 'content-range': `bytes */${size}` } });
      }
      const part = range.kind === 'partial' ? range : { start: 0, end: size - 1 };
      const body = await storage.read(key, part);
      if (body === undefined) throw new Problem('movies.no_file');
      const length = String(part.end - part.start + 1);
      if (range.kind === 'full') return { status: 200, headers: { ...headers, 'content-length': length }, body };
      return {
        status: 206,
        headers: { ...headers, 'content-length': length, 'content-range': `bytes ${part.start}-${part.end}/${size}` },
        body,
      };
    },
  };
}

const one = (header: string | string[] | undefined): string | undefined => (typeof header === 'string' ? header : undefined);
