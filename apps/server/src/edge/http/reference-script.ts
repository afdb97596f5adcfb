import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import Fastify from 'fastify';
import type { RawReply } from '../../kernel/route.ts';

const HEADERS = {
  'content-type': 'text/javascript; charset=utf-8', 'cache-control': 'public, max-age=3600', vary: 'accept-encoding',
};

/**
 * The script of the API reference. It is 4 MB and few ever ask for it, so it is loaded with the first request,
 * and kept compressed.
 */
export function createReferenceScript(): { reply(acceptEncoding: string): Promise<RawReply> } {
  let compressed: Promise<Buffer> | undefined;
  return {
    async reply(acceptEncoding) {
      compressed ??= loadCompressed().catch((error: unknown) => {
        compressed = undefined;
        throw error;
      });
      const script = await compressed;
      if (!takesGzip(acceptEncoding)) {
        return { status: 200, headers: HEADERS, body: await promisify(gunzip)(script) };
      }
      return { status: 200, headers: { ...HEADERS, 'content-encoding': 'gzip' }, body: script };
    },
  };
}

const takesGzip = (acceptEncoding: string): boolean =>
  acceptEncoding.split(',').some((coding) => /^\s*gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/i.test(coding));

/** The package gives its script away only as a route of its plugin, so a server that never listens is asked for it. */
async function loadCompressed(): Promise<Buffer> {
  const { default: scalar } = await import('@scalar/fastify-api-reference');
  const app = Fastify();
  try {
    await app.register(scalar, { routePrefix: '/reference', configuration: { url: '/api/openapi.json' } });
    const { statusCode, rawPayload } = await app.inject('/reference/js/scalar.js');
    if (statusCode !== 200) throw new Error(`The API reference gave no script but ${statusCode}`);
    return await promisify(gzip)(rawPayload);
  } finally {
    await app.close();
  }
}
