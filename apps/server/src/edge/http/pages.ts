import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import Type from 'typebox';
import { publicFolder } from '@watchparty/web';
import { type RawReply, rawRoute, type Route } from '../../kernel/route.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml; charset=utf-8',
};

/** Everything from this server, nothing inline; stricter than the API reference, whose script writes styles. */
const POLICY =
  "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; base-uri 'none'; " +
  "form-action 'self'; frame-ancestors 'none'";

/**
 * The front page at `/`, at the rooms' addresses that invitations lead to, and its files beside it. They are small and
 * their names stay the same from version to version: read once, kept in memory, asked for again by their ETag.
 */
export function pageRoutes(): Route[] {
  return readdirSync(publicFolder)
    .flatMap((name) => {
      const reply = createFileReply(name);
      const paths = name === 'index.html' ? ['/', '/rooms/:id'] : [`/${name}`];
      return paths.map((path) => ({ path, reply }));
    })
    .map(({ path, reply }) =>
      rawRoute({
        method: 'GET', path, id: `page:${path}`, tag: 'Pages', access: 'anyone', ignoresToken: true, limit: 'none', produces: {},
        summary: 'The front page and its files',
        params: Type.Object({ id: Type.Optional(Type.String()) }),
        // A page's address may carry anything, such as an invitation.
        query: Type.Object({}),
        handle: ({ headers }) => Promise.resolve(reply(headers['if-none-match'])),
      }),
    );
}

function createFileReply(name: string): (ifNoneMatch: string | string[] | undefined) => RawReply {
  const type = TYPES[extname(name)];
  if (type === undefined) throw new Error(`${name} in the public folder has no known content type`);
  const body = readFileSync(new URL(name, publicFolder));
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  const headers = {
    'content-type': type, etag, 'cache-control': 'no-cache',
    ...(name.endsWith('.html') && { 'content-security-policy': POLICY }),
  };
  return (ifNoneMatch) => {
    const held = String(ifNoneMatch ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    if (held.some((tag) => tag === etag || tag === '*')) return { status: 304, headers };
    return { status: 200, headers: { ...headers, 'content-length': String(body.length) }, body };
  };
}
