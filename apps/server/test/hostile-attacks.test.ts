import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { crc32, deflateSync, gzipSync } from 'node:zlib';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from './app.ts';
import { factoriesFor, type TestUser } from './factories.ts';
import { LINKS, MESSAGES, PATHS, SLOW_TEXTS, TEXTS } from './hostile-attacks.ts';
import { forgedTokens, genuine, readToken } from './hostile-tokens.ts';
import { askRaw, exchange } from './hostile-wire.ts';

/** Weak patterns need minutes for what is sent here; a busy machine needs not so long for anything. */
const A_MOMENT_MS = 5000;

let server: TestApp;
let admin: TestUser;
let user: TestUser;
let roomId: number;
/** The forger's own server; whatever asks it has been led there. */
let lure: Server;
let lureUrl: string;
const visitors: string[] = [];
const logged: string[] = [];

beforeAll(async () => {
  lure = createServer((request, response) => {
    visitors.push(request.url ?? '');
    response.end('{"keys":[]}');
  }).listen(0);
  await once(lure, 'listening');
  lureUrl = `http://127.0.0.1:${(lure.address() as AddressInfo).port}`;
  server = await startTestApp({}, { log: pino({ level: 'debug' }, { write: (line: string) => void logged.push(line) }) });
  const make = factoriesFor(server);
  admin = await make.user();
  user = await make.user();
  roomId = (await make.room(user)).id;
});
afterAll(async () => {
  await server.close();
  lure.closeAllConnections();
  lure.close();
});

describe('tokens', () => {
  const forged = () => forgedTokens(
    { ...readToken(admin.token), secret: server.config.auth.jwtSecret }, { url: lureUrl, otherUserId: user.id });

  it('made by hand as the server makes them are taken, or the others would prove nothing', async () => {
    const token = genuine({ ...readToken(admin.token), secret: server.config.auth.jwtSecret });
    expect((await server.ask('GET', '/api/admin/users', { token })).status).toBe(200);
  });

  const names = forgedTokens({ header: {}, claims: {}, secret: 'x' }, { url: '', otherUserId: 2 }).map(([name]) => name);
  it.each(names)('a token that %s is refused', async (name) => {
    const token = new Map(forged()).get(name)!;
    const header = { authorization: `Bearer ${token}` };
    for (const path of ['/api/admin/users', '/api/auth/profile', '/api/rooms']) {
      const { status, text } = await askRaw(server.url, path, header);
      expect([path, status, text]).toEqual([path, 401, expect.stringContaining('"code":"auth.token_invalid"')]);
    }
    expect(visitors).toEqual([]);
  });
});

/** One request to each place that takes text, with what is served back of it. */
async function sayEverywhere(text: string) {
  const { token } = user;
  const encoded = encodeURIComponent(text);
  return [
    { sent: text, at: ['name'], answer: await server.ask('POST', '/api/rooms', { token, body: { name: text, description: text } }) },
    { sent: text, at: ['title'], answer: await server.ask('POST', '/api/movies', { token, body: { title: text } }) },
    { sent: text, at: ['content'], answer: await server.ask('POST', `/api/chat/${roomId}/messages`, { token, body: { content: text } }) },
    { sent: text, at: ['bio'], answer: await server.ask('PATCH', '/api/auth/profile', { token, body: { bio: text, displayName: text.slice(0, 60) } }) },
    { at: [], answer: await server.ask('PATCH', '/api/auth/profile', { token, body: { username: text } }) },
    { at: [], answer: await server.ask('PATCH', '/api/auth/profile', { token, body: { email: `${text}@example.org` } }) },
    { at: [], answer: await server.ask('POST', '/api/movies', { token, body: { title: 'A', url: text } }) },
    { at: [], answer: await server.ask('POST', '/api/auth/login', { body: { username: text, password: text } }) },
    { at: [], answer: await server.ask('POST', '/api/auth/forgot-password', { body: { email: text } }) },
    { at: [], answer: await server.ask('POST', '/api/auth/refresh', { body: { refreshToken: text } }) },
    { at: [], answer: await server.ask('POST', '/api/auth/guest', { body: { displayName: text, invite: text } }) },
    { at: [], answer: await server.ask('POST', `/api/rooms/${roomId}/join`, { token: admin.token, body: { password: text, invite: text } }) },
    { at: [], answer: await server.ask('GET', `/api/admin/users?q=${encoded}`, { token: admin.token }) },
    { at: [], answer: await server.ask('GET', `/api/rooms/${encoded}`) },
    { at: [], answer: await server.ask('GET', `/api/rooms?page=${encoded}`) },
    { at: [], answer: await server.ask('GET', `/uploads/${encoded}`) },
  ];
}

it.each(TEXTS)('%s as text does no harm', async (_name, text) => {
  const begun = Date.now();
  const answers = await sayEverywhere(text);
  expect(Date.now() - begun).toBeLessThan(A_MOMENT_MS);
  for (const { sent, at, answer } of answers) {
    expect(answer.status).toBeLessThan(500);
    // Neither run nor changed: it comes back as it was sent.
    for (const field of answer.status < 400 ? at : []) expect(answer.body.data[field]).toBe(sent);
    if (answer.status >= 400) expect(JSON.stringify(answer.body)).not.toMatch(/root:x|syntax error|password_hash|node_modules/);
  }
  expect(answers.filter(({ at, answer }) => at.length > 0 && answer.status < 400).length).toBeGreaterThan(1);
  expect((await server.ask('GET', '/api/admin/users', { token: admin.token })).body.data.total).toBe(2);
});

const HEADERS = [
  'user-agent', 'cookie', 'range', 'if-none-match', 'if-range', 'origin', 'content-type', 'accept', 'accept-encoding', 'accept-language',
  'authorization', 'idempotency-key', 'x-forwarded-for', 'forwarded', 'x-request-id', 'sec-fetch-site', 'content-encoding', 'expect',
];

it.each(SLOW_TEXTS)('%s as text is read in a moment', async (_name, text) => {
  const begun = Date.now();
  for (const { answer } of await sayEverywhere(text)) expect(answer.status).toBeLessThan(500);
  for (const header of HEADERS) {
    expect((await askRaw(server.url, '/api/rooms', { [header]: text })).status).toBeLessThan(500);
  }
  const { status } = await server.ask('POST', '/api/auth/login', {
    body: { username: user.username, password: user.password }, headers: { 'user-agent': text },
  });
  expect(status).toBe(200);
  expect(Date.now() - begun).toBeLessThan(A_MOMENT_MS);
});

it.each(LINKS)('a link to %s is never followed', async (_name, link) => {
  const url = link.replace('PORT', new URL(lureUrl).port);
  const { token } = user;
  const made = await server.ask('POST', '/api/movies', { token, body: { title: 'Elsewhere', url, posterUrl: url } });
  expect([201, 400, 422]).toContain(made.status);
  if (!/^https?:/.test(link)) expect(made.status).not.toBe(201);
  const film = await server.ask('POST', '/api/movies', { token, body: { title: 'Elsewhere', url } });
  if (film.status === 201) {
    const { id } = film.body.data as { id: number };
    expect((await server.ask('POST', '/api/rooms', { token, body: { name: 'Lured', movieId: id } })).status).toBe(201);
    for (const part of ['', '/stream', '/stream-url']) await server.ask('GET', `/api/movies/${id}${part}`, { token });
  }
  expect(visitors).toEqual([]);
});

it.each(PATHS)('a path such as %s leads to nothing else', async (path) => {
  for (const headers of [{}, { authorization: `Bearer ${admin.token}` }]) {
    const { status, text } = await askRaw(server.url, path, headers);
    expect([400, 401, 404, 405]).toContain(status);
    expect(text).not.toMatch(/root:x:|\[core\]|"dependencies"|JWT_SECRET/);
  }
});

it.each(MESSAGES)('on the wire, %s is refused, and the server goes on', async (_name, message) => {
  const answer = await exchange(server.url, message);
  const answers = answer.match(/HTTP\/1\.1 \d{3}/g) ?? [];
  expect(answers.length).toBeLessThanOrEqual(1);
  for (const line of answers) expect(line).toMatch(/ 4\d\d$/);
  expect(answer).not.toMatch(/set-cookie|WatchParty API is running/i);
  expect((await server.ask('GET', '/api/health')).status).toBe(200);
});

it.each([
  ['line breaks', 'a%0d%0aSet-Cookie:%20evil=1%0d%0a%0d%0a<html>', 'a\\r\\nSet-Cookie: evil=1'],
  ['another line of the log', '%0a{"level":30,"msg":"forged"}', '{"level":30,"msg":"forged"}'],
  ['letters that end lines elsewhere', '%e2%80%a8%c2%85', '\u00e2\u0080\u00a8\u00c2\u0085'],
  ['colours', '%1b[31mred', '\u00c2\u009b31mred'],
  ['a format', '%25s%25d%25j', '%s%d%j%o'],
])('a header with %s forges nothing', async (_name, inPath, inHeader) => {
  const before = logged.length;
  const answer = await exchange(server.url, [
    `GET /api/rooms/${inPath}?x=${inPath} HTTP/1.1`, 'Host: x', `User-Agent: ${inHeader}`, `Referer: ${inHeader}`, `X-Request-Id: ${inHeader}`,
    `Idempotency-Key: ${inHeader}`, `Origin: ${inHeader}`, `Cookie: ${inHeader}`, 'Connection: close', '', '',
  ].join('\r\n'));
  expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
  expect(answer.split('\r\n\r\n')[0]).not.toMatch(/evil|forged|^set-cookie/im);
  const lines = logged.slice(before);
  expect(lines.length).toBeGreaterThan(0);
  for (const line of lines) {
    expect(line).toMatch(/^\{[^\n\r\u2028\u2029\u001b]*\}\n$/);
    expect(JSON.parse(line)).not.toMatchObject({ msg: 'forged' });
  }
});

it('pollutes no prototype', async () => {
  const bodies = [
    '{"__proto__":{"polluted":1}}', '{"constructor":{"prototype":{"polluted":1}}}', '{"name":"a","__proto__":{"polluted":1}}',
    '{"name":"a","__proto__":{"isAdmin":true,"role":"admin","polluted":1}}', '[{"__proto__":{"polluted":1}}]',
    '{"name":{"__proto__":{"polluted":1}}}', '{"title":"a","a.__proto__.polluted":1}', '{"bio":"a","__proto__[polluted]":1}',
  ];
  const paths = ['/api/rooms', '/api/movies', '/api/auth/register', '/api/auth/login', `/api/chat/${roomId}/messages`];
  for (const path of paths) {
    for (const body of bodies) {
      expect((await server.ask('POST', path, { token: user.token, body })).status).toBe(400);
    }
    await server.ask('GET', `${path}?__proto__[polluted]=1&constructor.prototype.polluted=1&__proto__=1`, { token: user.token });
  }
  await server.ask('GET', '/api/rooms', { headers: { cookie: '__proto__=1; constructor=1', __proto__: 'x' } });
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  expect(Object.keys(Object.prototype)).toEqual([]);
});

const deep = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
it.each([
  ['a thousand levels', deep(1000)],
  ['a hundred thousand levels', deep(100_000)],
  ['brackets that never close', '['.repeat(500_000)],
  ['a number of a hundred thousand digits', `{"name":${'9'.repeat(100_000)}}`],
  ['a number beyond numbers', '{"name":"a","maxParticipants":1e999}'],
  ['a hundred thousand fields', `{${Array.from({ length: 60_000 }, (_, n) => `"f${n}":1`).join(',')}}`],
  ['more than a megabyte', JSON.stringify({ name: 'x'.repeat(1_100_000) })],
  ['another text than UTF-8', Buffer.from('{"name":"a"}', 'utf16le')],
  ['bytes that are no text', Buffer.from('7b226e616d65223a22ff227d', 'hex')],
  ['half a letter', '{"name":"\\ud800"}'],
  ['NUL', '{"name":"a\\u0000b"}'],
  ['the same field twice, the second wrong', '{"name":"a","name":{"$ne":null}}'],
  ['something behind it', '{"name":"a"}{"name":"b"}'],
  ['a comment', '{"name":"a"/* */}'],
])('a body with %s is refused', async (_name, body) => {
  const begun = Date.now();
  const { status } = await server.ask('POST', '/api/rooms', { token: user.token, body });
  expect([400, 413]).toContain(status);
  expect(Date.now() - begun).toBeLessThan(A_MOMENT_MS);
});

it('a body that unpacks into a gigabyte is refused unread', async () => {
  const body = gzipSync(Buffer.alloc(50_000_000));
  const { status } = await server.ask('POST', '/api/rooms', { token: user.token, body, headers: { 'content-encoding': 'gzip' } });
  expect([413, 415]).toContain(status);
});

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const typed = Buffer.concat([Buffer.from(type), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}

/** Says it has so many pixels, and would unpack into them; small as a file. */
function png(width: number, height: number, pixels: Buffer): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 8;
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'), chunk('IHDR', header), chunk('IDAT', deflateSync(pixels)), chunk('IEND', Buffer.alloc(0)),
  ]);
}

const file = (content: Uint8Array | string, name = 'a.png'): Buffer =>
  Buffer.concat([
    Buffer.from(`--b\r\ncontent-disposition: form-data; name="profilePicture"; filename="${name}"\r\ncontent-type: image/png\r\n\r\n`),
    Buffer.from(content as string), Buffer.from('\r\n--b--\r\n'),
  ]);

it.each([
  ['a picture of 2.5 gigapixels', file(png(50_000, 50_000, Buffer.alloc(10_000_000)))],
  ['a picture of 2 gigapixels in one line', file(png(2_000_000_000, 1, Buffer.alloc(1000)))],
  ['a picture without pixels', file(png(0, 0, Buffer.alloc(0)))],
  ['an archive', file(Buffer.from('504b0304140000000800', 'hex'), 'a.zip')],
  ['packed zeros', file(gzipSync(Buffer.alloc(9_000_000)), 'a.gz')],
  ['a drawing with a script', file('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', 'a.svg')],
  ['a drawing that reads files', file('<!DOCTYPE svg [<!ENTITY x SYSTEM "file:///etc/passwd">]><svg>&x;</svg>', 'a.svg')],
  ['a page', file('<!doctype html><script>alert(1)</script>', '../../index.html')],
  ['a program', file(Buffer.from('7f454c46020101', 'hex'), 'a.png\0.so')],
  ['a script of ImageMagick', file('push graphic-context\nviewbox 0 0 1 1\nimage over 0,0 0,0 "|id"\npop graphic-context', 'a.mvg')],
  ['ten thousand parts', Buffer.from(`${'--b\r\ncontent-disposition: form-data; name="x"\r\n\r\n\r\n'.repeat(10_000)}--b--\r\n`)],
  ['a part with endless headers', Buffer.from(`--b\r\ncontent-disposition: form-data; name="${'a'.repeat(500_000)}"\r\n\r\nx\r\n--b--\r\n`)],
  ['no end', Buffer.from('--b\r\ncontent-disposition: form-data; name="profilePicture"\r\n\r\nGIF89a')],
  ['eleven megabytes', file(Buffer.alloc(11 * 1024 * 1024))],
])('a form with %s is refused', async (_name, body) => {
  const begun = Date.now();
  const { status } = await server.ask('POST', '/api/auth/upload-profile-picture', {
    token: user.token, body, headers: { 'content-type': 'multipart/form-data; boundary=b' },
  });
  expect([400, 413, 415, 422]).toContain(status);
  expect(Date.now() - begun).toBeLessThan(A_MOMENT_MS);
});
