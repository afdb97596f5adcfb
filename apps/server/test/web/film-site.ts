import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';

const FILMS = new URL('../fixtures/', import.meta.url);
const DEMO = new URL('../../src/main/demo/assets/', import.meta.url);
const TYPES: Readonly<Record<string, string>> = {
  '.m3u8': 'application/vnd.apple.mpegurl', '.m4s': 'video/iso.segment', '.mp4': 'video/mp4', '.vtt': 'text/vtt',
};

/** Somebody else's site with films, which may be as unkind as sites are. */
export interface FilmSite {
  readonly url: string;
  /** Lets pages of other sites read what it gives. */
  open: boolean;
  /** Connections break behind so many bytes of a file. */
  cutAfterBytes: number;
  close(): Promise<void>;
}

/** `/hls/film.m3u8`, `/films/….mp4` and `/demo/sample-film.mp4`; everything else is missing. */
export async function startFilmSite(): Promise<FilmSite> {
  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const site: FilmSite = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, open: true, cutAfterBytes: Infinity,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (site.open) response.setHeader('access-control-allow-origin', '*').setHeader('access-control-allow-headers', 'range');
    if (request.method === 'OPTIONS') return void response.writeHead(204).end();
    const path = new URL(request.url ?? '/', site.url).pathname;
    const file = path.startsWith('/demo/') ? new URL(path.slice(6), DEMO) : new URL(`.${path}`, FILMS);
    const bytes = await readFile(file).catch(() => undefined);
    if (bytes === undefined) return void response.writeHead(404).end();
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    const end = range?.[2] ? Math.min(Number(range[2]), bytes.length - 1) : bytes.length - 1;
    response.writeHead(range === null ? 200 : 206, {
      'content-type': TYPES[extname(path)] ?? 'application/octet-stream', 'accept-ranges': 'bytes', 'content-length': end - start + 1,
      ...(range !== null && { 'content-range': `bytes ${start}-${end}/${bytes.length}` }), 'cache-control': 'no-store',
    });
    if (request.method === 'HEAD') return void response.end();
    const given = bytes.subarray(start, Math.min(end + 1, Math.max(start, site.cutAfterBytes)));
    if (given.length === end - start + 1) return void response.end(given);
    response.flushHeaders();
    if (given.length === 0) return void response.destroy();
    response.write(given, () => void response.destroy());
  }
  return site;
}
