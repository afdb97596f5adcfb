import { Problem } from '../../kernel/problem.ts';

// The headers of tus 1.0.0 (tus.io), with its extensions creation, expiration and termination.

export const TUS = { 'tus-resumable': '1.0.0' } as const;

type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** Throws `movies.upload_protocol_unsupported` unless the request speaks our version. */
export function requireTus(headers: Headers): void {
  if (headers['tus-resumable'] === '1.0.0') return;
  throw new Problem('movies.upload_protocol_unsupported', { headers: { ...TUS, 'tus-version': '1.0.0' } });
}

/** A header that counts bytes. */
export function bytesOf(headers: Headers, name: 'upload-length' | 'upload-offset'): number {
  const text = headers[name];
  const bytes = typeof text === 'string' && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (bytes === undefined) throw invalid(name, 'must be a number of bytes');
  return bytes;
}

export function requireOffsetType(headers: Headers): void {
  if (String(headers['content-type'] ?? '').toLowerCase() === 'application/offset+octet-stream') return;
  throw new Problem('request.media_type_unsupported', { detail: 'Send the bytes as application/offset+octet-stream' });
}

const METADATA_MAX = 4096;

/** `Upload-Metadata`: keys and base64 values, such as `filename ZmlsbS5tcDQ=,fingerprint MTIz`. */
export function metadataOf(headers: Headers): ReadonlyMap<string, string> {
  const text = headers['upload-metadata'] ?? '';
  if (typeof text !== 'string' || text.length > METADATA_MAX) throw invalid('upload-metadata', `must have ${METADATA_MAX} characters at most`);
  const pairs = text.split(',').filter((pair) => pair.trim() !== '').map((pair): [string, string] => {
    const [key = '', value = '', ...rest] = pair.trim().split(' ');
    if (key === '' || rest.length > 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(value)) throw invalid('upload-metadata', 'must be keys and base64 values');
    return [key, Buffer.from(value, 'base64').toString('utf8')];
  });
  return new Map(pairs);
}

const invalid = (header: string, message: string): Problem =>
  new Problem('request.invalid', { errors: [{ field: `/headers/${header}`, message }] });
