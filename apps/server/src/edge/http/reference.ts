import scalar from '@scalar/fastify-api-reference';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { ERROR_CODES } from '@watchparty/protocol';
import type { Route } from '../../kernel/route.ts';
import { describeApi } from './openapi.ts';
import { PAGE_POLICY } from './security-headers.ts';

const VERSION = '0.1.0';

/** `/api/openapi.json`, the browsable reference at `/api/docs`, and what each error code means. */
export async function mountReference(app: FastifyInstance, routes: readonly Route[]): Promise<void> {
  const description = JSON.stringify(describeApi(routes, { version: VERSION }));
  app.get('/api/openapi.json', async (_request, reply) =>
    reply.header('content-type', 'application/json; charset=utf-8').send(description),
  );
  // Serves the reference's script from this server; our page starts it without any inline script.
  await app.register(scalar, { routePrefix: '/api/docs/scalar', configuration: { url: '/api/openapi.json' }, logLevel: 'silent' });
  app.get('/api/docs', async (_request, reply) => sendPage(reply, REFERENCE_PAGE));
  app.get('/api/docs/errors', async (_request, reply) => sendPage(reply, ERRORS_PAGE));
}

const sendPage = (reply: FastifyReply, html: string) =>
  reply.headers({ 'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY }).send(html);

const REFERENCE_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>WatchParty API</title></head>
<body>
<script id="api-reference" data-url="/api/openapi.json"
  data-configuration='{"withDefaultFonts":false,"hideClientButton":true,"telemetry":false,"darkMode":true}'></script>
<script src="/api/docs/scalar/js/scalar.js"></script>
</body>
</html>
`;

const ERRORS_PAGE = `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>WatchParty error codes</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;background:#0e0f13;color:#e8e6e3;max-width:70ch;margin:3rem auto;padding:0 1rem}
dt{font-family:ui-monospace,monospace;color:#ffb454;margin-top:1rem}dd{margin:0}
</style></head>
<body><h1>Error codes</h1><dl>
${Object.entries(ERROR_CODES)
  .map(([code, { status, title }]) => `<dt id="${code}">${code}</dt><dd>${status} · ${title}</dd>`)
  .join('\n')}
</dl></body>
</html>
`;
