import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { AwsV4Signer } from 'aws4fetch';
import { Problem } from '../../kernel/problem.ts';
import type { S3Place } from './place.ts';
import { text } from './xml.ts';

export interface S3Request {
  readonly method: 'GET' | 'HEAD' | 'PUT' | 'POST' | 'DELETE';
  /** Below the place's prefix; undefined: the bucket itself. */
  readonly key?: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array<ArrayBuffer>;
  /** Aborting ends the request, and the reading of its answer, with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** How long the answer's headers may take, at each attempt. */
  readonly timeoutMs?: number;
}

/** A refusal by the S3 server. `code` is S3's own, `NoSuchKey`; empty where the answer has no body. */
export class S3Refusal extends Error {
  override readonly name = 'S3Refusal';
  readonly status: number;
  readonly code: string;

  constructor(method: string, status: number, body: string) {
    const code = text(body, 'Code') ?? '';
    super(`S3 refused ${method}: ${status} ${code} ${text(body, 'Message') ?? ''}`.trimEnd());
    this.status = status;
    this.code = code;
  }
}

/** One request and its answer, its body unread. Everything but a success is thrown. */
export type S3Exchange = (request: S3Request) => Promise<Response>;

const TIMEOUT_MS = 30_000;
const PASSING = new Set([408, 429, 500, 502, 503, 504]);
const FULL = new Set(['QuotaExceeded', 'XMinioStorageFull', 'XMinioAdminBucketQuotaExceeded']);

/**
 * Signed requests (Signature Version 4) with addresses in path style, which every S3-compatible server knows. What
 * passes is sent again after each of `retryAfterMs`, for every request of ours may be sent twice; a server that stays
 * away is the Problem `service.unavailable`, a full one `storage.full`.
 */
export function createS3Exchange(place: S3Place, retryAfterMs: readonly number[]): S3Exchange {
  const keys = new Map<string, ArrayBuffer>();
  const root = `${place.endpoint.replace(/\/+$/, '')}/${place.bucket}`;

  async function attempt(request: S3Request): Promise<Response> {
    const { method, key, query = {}, headers, body, signal, timeoutMs = TIMEOUT_MS } = request;
    const url = new URL(key === undefined ? root : `${root}/${pathOf(place, key)}`);
    for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
    const signed = await new AwsV4Signer({
      method, url: url.href, service: 's3', region: place.region, cache: keys,
      accessKeyId: place.accessKeyId, secretAccessKey: place.secretAccessKey,
      headers: { ...headers, 'x-amz-content-sha256': createHash('sha256').update(body ?? '').digest('hex') },
    }).sign();
    signal?.throwIfAborted();
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(new Error(`S3 has not answered for ${timeoutMs} ms`)), timeoutMs);
    try {
      return await fetch(signed.url, {
        method, headers: signed.headers, redirect: 'manual', ...(body !== undefined && { body }),
        signal: signal === undefined ? controller.signal : AbortSignal.any([signal, controller.signal]),
      });
    } finally {
      clearTimeout(timer);
    }
  }

  return async (request) => {
    const { signal } = request;
    for (let tries = 0; ; tries += 1) {
      let failure: unknown;
      try {
        const response = await attempt(request);
        if (response.ok) return response;
        failure = new S3Refusal(request.method, response.status, await response.text());
        if (!PASSING.has(response.status)) throw refusal(failure as S3Refusal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof S3Refusal || error instanceof Problem) throw error;
        failure ??= error;
      }
      const waitMs = retryAfterMs[tries];
      if (waitMs === undefined) throw unavailable(failure);
      try {
        await pause(waitMs, undefined, { signal });
      } catch (error) {
        signal?.throwIfAborted();
        throw error;
      }
    }
  };
}

export const pathOf = ({ prefix }: S3Place, key: string): string => (prefix === '' ? key : `${prefix}/${key}`);

export const unavailable = (cause: unknown): Problem =>
  new Problem('service.unavailable', { detail: 'The file store does not answer right now', retryAfterSeconds: 5, cause });

const refusal = (error: S3Refusal): Error =>
  error.status === 507 || FULL.has(error.code) ? new Problem('storage.full', { cause: error }) : error;
