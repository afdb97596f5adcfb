import Type from 'typebox';
import { expect, it } from 'vitest';
import { request } from '../../../test/app.ts';
import { jsonRoute } from '../../kernel/route.ts';
import { type Edge, sendRaw, startEdge } from './test/edge.ts';

it('has one line per answer, without queries, tokens, cookies or bodies', async () => {
  const common = { tag: 'Test', summary: 'Test', access: 'anyone' } as const;
  const edge: Edge = await startEdge([
    jsonRoute({
      ...common,
      method: 'POST',
      path: '/things/:id',
      id: 'post',
      params: Type.Object({ id: Type.Integer() }),
      query: Type.Object({ signature: Type.String() }),
      body: Type.Any(),
      response: Type.Null(),
      handle: async ({ params: { id } }) => {
        if (id === 2) throw new Error('unforeseen');
        return null;
      },
    }),
  ]);
  const options = { token: 'user', body: { password: 'secret-in-body' }, headers: { cookie: 'a=secret-in-cookie' } };
  const ids: string[] = [];
  for (const path of [
    '/things/1?signature=secret-in-query',
    '/things/2?signature=secret-in-query',
    '/x?token=secret-in-query',
    '/%ff?secret-in-query',
  ]) {
    ids.push((await request(`${edge.url}${path}`, 'POST', options)).headers.get('x-request-id')!);
  }
  await sendRaw(
    edge.url,
    `GET //[?secret-in-query HTTP/1.1\r\nhost: x\r\nauthorization: Bearer secret-in-token\r\nconnection: close\r\n\r\n`,
  );
  await sendRaw(edge.url, `GET http://[::bad?secret-in-query HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`);
  await edge.close();
  const text = edge.lines.join('');
  expect(text).not.toContain('secret-in');
  const lines = edge.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines.filter(({ status }) => status !== undefined).slice(0, 3)).toMatchObject([
    { level: 20, requestId: ids[0], status: 200, ms: expect.any(Number), userId: 1, msg: 'POST /things/1' },
    { level: 20, requestId: ids[1], status: 500, userId: 1, msg: 'POST /things/2' },
    { level: 20, requestId: ids[2], status: 404, msg: 'POST /x' },
  ]);
});
