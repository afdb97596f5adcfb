import { type S3Exchange, pathOf, S3Refusal, unavailable } from './exchange.ts';
import type { S3Place } from './place.ts';
import { elements, escaped, text } from './xml.ts';

export interface S3Object {
  readonly sizeBytes: number;
  readonly modifiedAt: Date;
  /** What `put` and `createUpload` were given, for objects that they have made. */
  readonly version: string | undefined;
  /** S3's own: of equal content it may be equal. */
  readonly etag: string;
}

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The calls of S3 that a storage needs; keys are below the place's prefix. */
export type S3Calls = ReturnType<typeof createS3Calls>;

/** Joining and copying many gigabytes take the server minutes. */
const LONG_MS = 10 * 60 * 1000;
const VERSION = 'x-amz-meta-version';

export function createS3Calls(place: S3Place, exchange: S3Exchange) {
  const source = (key: string): string => `/${place.bucket}/${pathOf(place, key)}`;

  /** The body of a success, which may still turn out to be a refusal: its status was sent before the work was done. */
  async function answered(method: string, response: Response): Promise<string> {
    const body = await bodyOf(response);
    if (/<Error(?:\s[^>]*)?>/.test(body)) throw new S3Refusal(method, response.status, body);
    return body;
  }

  /** `markers`: what asks for the next page, by what tells it. */
  async function* listed(
    query: Record<string, string>, element: string, markers: Record<string, string>,
  ): AsyncGenerator<string> {
    let asked = query;
    while (true) {
      const body = await bodyOf(await exchange({ method: 'GET', query: asked }));
      yield* elements(body, element);
      if (text(body, 'IsTruncated') !== 'true') return;
      asked = { ...query };
      for (const [marker, told] of Object.entries(markers)) asked[marker] = text(body, told) ?? '';
    }
  }

  const calls = {
    /** Throws `S3Refusal` when there is no such bucket, or none for these keys. */
    async checkBucket(): Promise<void> {
      await exchange({ method: 'HEAD' });
    },

    async head(key: string): Promise<S3Object | undefined> {
      const response = await unlessMissing(exchange({ method: 'HEAD', key }));
      if (response === undefined) return undefined;
      const { headers } = response;
      return {
        sizeBytes: Number(headers.get('content-length')),
        modifiedAt: new Date(headers.get('last-modified') ?? 0),
        version: headers.get(VERSION) ?? undefined,
        etag: headers.get('etag') ?? '',
      };
    },

    /** Undefined when there is no such object, `null` when the object ends before the range begins. */
    async get(key: string, range?: Range, signal?: AbortSignal): Promise<Response | null | undefined> {
      const headers = range && { range: `bytes=${range.start}-${Number.isSafeInteger(range.end) ? range.end : ''}` };
      try {
        return await exchange({ method: 'GET', key, signal, ...(headers && { headers }) });
      } catch (error) {
        if (error instanceof S3Refusal && error.status === 416) return null;
        if (isMissing(error)) return undefined;
        throw error;
      }
    },

    async put(key: string, body: Uint8Array<ArrayBuffer>, version: string): Promise<void> {
      await bodyOf(await exchange({ method: 'PUT', key, body, headers: { [VERSION]: version } }));
    },

    async remove(key: string): Promise<void> {
      const response = await unlessMissing(exchange({ method: 'DELETE', key }));
      if (response !== undefined) await bodyOf(response);
    },

    async createUpload(key: string, version: string, signal?: AbortSignal): Promise<string> {
      const body = await answered('POST', await exchange({
        method: 'POST', key, query: { uploads: '' }, headers: { [VERSION]: version }, signal,
      }));
      const id = text(body, 'UploadId');
      if (id === undefined) throw new Error('S3 began an upload without naming it');
      return id;
    },

    /** Parts count from 1. Returns the part's ETag. */
    async uploadPart(
      key: string, uploadId: string, part: number, body: Uint8Array<ArrayBuffer>, signal?: AbortSignal,
    ): Promise<string> {
      const response = await exchange({ method: 'PUT', key, query: { partNumber: String(part), uploadId }, body, signal });
      await bodyOf(response);
      return response.headers.get('etag') ?? '';
    },

    async copyPart(
      from: string, key: string, uploadId: string, part: number, range: Range, signal?: AbortSignal,
    ): Promise<string> {
      const body = await answered('PUT', await exchange({
        method: 'PUT', key, query: { partNumber: String(part), uploadId }, signal, timeoutMs: LONG_MS,
        headers: { 'x-amz-copy-source': source(from), 'x-amz-copy-source-range': `bytes=${range.start}-${range.end}` },
      }));
      return text(body, 'ETag') ?? '';
    },

    /** At most 5 GiB. */
    async copy(from: string, key: string, version: string): Promise<void> {
      await answered('PUT', await exchange({
        method: 'PUT', key, timeoutMs: LONG_MS,
        headers: { 'x-amz-copy-source': source(from), 'x-amz-metadata-directive': 'REPLACE', [VERSION]: version },
      }));
    },

    async complete(key: string, uploadId: string, etags: readonly string[], version: string): Promise<void> {
      const parts = etags.map(
        (etag, index) => `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escaped(etag)}</ETag></Part>`,
      );
      const body = Buffer.from(`<CompleteMultipartUpload>${parts.join('')}</CompleteMultipartUpload>`);
      try {
        await answered('POST', await exchange({ method: 'POST', key, query: { uploadId }, body, timeoutMs: LONG_MS }));
      } catch (error) {
        // An answer that got lost was sent again for, and then the upload is no more: what counts is what it made.
        if (!isMissing(error) || (await calls.head(key))?.version !== version) throw error;
      }
    },

    async abort(key: string, uploadId: string): Promise<void> {
      const response = await unlessMissing(exchange({ method: 'DELETE', key, query: { uploadId } }));
      if (response !== undefined) await bodyOf(response);
    },

    /** Uploads begun and neither completed nor aborted. Nothing where the server cannot list them. */
    async unfinished(): Promise<{ key: string; uploadId: string; at: Date }[]> {
      const prefix = pathOf(place, '');
      const found: { key: string; uploadId: string; at: Date }[] = [];
      const markers = { 'key-marker': 'NextKeyMarker', 'upload-id-marker': 'NextUploadIdMarker' };
      try {
        for await (const item of listed({ uploads: '', ...(prefix !== '' && { prefix }) }, 'Upload', markers)) {
          const key = text(item, 'Key')?.slice(prefix.length) ?? '';
          found.push({ key, uploadId: text(item, 'UploadId') ?? '', at: new Date(text(item, 'Initiated') ?? 0) });
        }
      } catch (error) {
        if (!(error instanceof S3Refusal && error.status === 501)) throw error;
      }
      return found;
    },

    async list(folder: string): Promise<{ key: string; at: Date; sizeBytes: number }[]> {
      const found: { key: string; at: Date; sizeBytes: number }[] = [];
      const query = { 'list-type': '2', prefix: pathOf(place, `${folder}/`) };
      for await (const item of listed(query, 'Contents', { 'continuation-token': 'NextContinuationToken' })) {
        const key = text(item, 'Key')?.slice(pathOf(place, '').length) ?? '';
        found.push({ key, at: new Date(text(item, 'LastModified') ?? 0), sizeBytes: Number(text(item, 'Size') ?? 0) });
      }
      return found;
    },
  };
  return calls;
}

/** A body that broke off is a server that does not answer. */
async function bodyOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch (error) {
    throw unavailable(error);
  }
}

const isMissing = (error: unknown): boolean =>
  error instanceof S3Refusal && error.status === 404 && error.code !== 'NoSuchBucket';

async function unlessMissing(answer: Promise<Response>): Promise<Response | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}
