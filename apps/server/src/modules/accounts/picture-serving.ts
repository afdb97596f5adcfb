import { Problem } from '../../kernel/problem.ts';
import type { RawReply } from '../../kernel/route.ts';
import type { Storage } from '../../storage/index.ts';
import { contentTypeOf } from './picture-files.ts';

/** What lies under a picture's name never changes, and the name tells which it is. */
const YEAR_SECONDS = 31_536_000;

/** A picture's file for anybody who knows its name. Other files of the storage cannot be named here. */
export async function servePicture(
  storage: Storage, file: string, ifNoneMatch: string | string[] | undefined,
): Promise<RawReply> {
  const contentType = contentTypeOf(file);
  if (contentType === undefined) throw new Problem('images.not_found');
  const headers = {
    'content-type': contentType,
    etag: `"${file}"`,
    'cache-control': `public, max-age=${YEAR_SECONDS}, immutable`,
    'content-disposition': 'inline',
    'cross-origin-resource-policy': 'cross-origin',
  };
  const held = String(ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (held.includes(headers.etag)) return { status: 304, headers };
  const object = await storage.head(file);
  const body = object && (await storage.read(file));
  if (object === undefined || body === undefined) throw new Problem('images.not_found');
  return { status: 200, headers: { ...headers, 'content-length': String(object.sizeBytes) }, body };
}
