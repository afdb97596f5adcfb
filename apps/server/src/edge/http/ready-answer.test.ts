import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createReadyAnswers, headerLines } from './ready-answer.ts';

const LINES = headerLines({ 'x-cache': 'HIT', 'content-security-policy': "default-src 'none'; frame-ancestors 'none'" });
const BODY = Buffer.from('{"name":"Café Ω 🎬"}');

/** Three requests on one connection, written at once: the answers as they came. */
async function exchange(takesHead: boolean): Promise<string> {
  const answers = createReadyAnswers(72_000, takesHead);
  const server = createServer({ keepAliveTimeout: 72_000 }, (request, response) => {
    if (request.url === '/same') answers.notModified(response, LINES);
    else answers.ok(response, LINES, BODY.toString('latin1'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const ask = (path: string) => `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`;
  socket.write(ask('/') + ask('/same') + ask('/'));
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  await expect.poll(() => Buffer.concat(parts).toString()).toMatch(/304 Not Modified.*200 OK.*\}$/s);
  socket.destroy();
  return Buffer.concat(parts).toString();
}

test('Both ways of writing send the same heads and bodies, pipelined too', async () => {
  const asLines = (text: string) => text.toLowerCase().replaceAll(/date: [^\r]*/g, 'date').split('\r\n\r\n').map((part) => part.split('\r\n').toSorted());
  const [ready, documented] = [await exchange(true), await exchange(false)];
  expect(ready.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
  expect(ready).toContain(BODY.toString());
  expect(ready).toMatch(/date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT\r\n/);
  expect(asLines(ready)).toEqual(asLines(documented));
});
