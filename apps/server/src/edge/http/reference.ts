import Type from 'typebox';
import { rawRoute, type Route } from '../../kernel/route.ts';
import { PAGE_POLICY } from '../shared/index.ts';
import { describeApi } from './openapi.ts';
import { ERRORS_PAGE, REFERENCE_PAGE } from './reference-pages.ts';
import { createReferenceScript } from './reference-script.ts';

const VERSION = '0.1.0';
const PAGE_HEADERS = {
  'content-type': 'text/html; charset=utf-8', 'content-security-policy': PAGE_POLICY, 'cache-control': 'no-cache',
};

/** `/api/openapi.json`, the browsable reference at `/api/docs`, and what each error code means. */
export function referenceRoutes(described: readonly Route[]): Route[] {
  const description = JSON.stringify(describeApi(described, { version: VERSION }));
  const script = createReferenceScript();
  const common = {
    method: 'GET', tag: 'Reference', access: 'anyone', ignoresToken: true, produces: {},
    // A page's address may carry anything, such as a campaign's marks.
    query: Type.Object({}),
    limit: 'none',
  } as const;
  return [
    rawRoute({
      ...common, path: '/api/openapi.json', id: 'openapi', summary: 'The API description',
      handle: async () => ({
        status: 200,
        headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-cache' },
        body: description,
      }),
    }),
    rawRoute({
      ...common, path: '/api/docs', id: 'reference', summary: 'The API reference',
      handle: async () => ({ status: 200, headers: PAGE_HEADERS, body: REFERENCE_PAGE }),
    }),
    rawRoute({
      ...common, path: '/api/docs/errors', id: 'errorCodes', summary: 'What each error code means',
      handle: async () => ({ status: 200, headers: PAGE_HEADERS, body: ERRORS_PAGE }),
    }),
    rawRoute({
      ...common, path: '/api/docs/reference.js', id: 'referenceScript', summary: 'The script of the API reference',
      handle: ({ headers }) => script.reply(String(headers['accept-encoding'] ?? '')),
    }),
  ];
}
