import { Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { createFormReader, refuseFormByHeaders } from './form-body.ts';

const OPTIONS = { field: 'picture', maxFileBytes: 1000 };
const HEADERS = { 'content-type': 'multipart/form-data; boundary=b' };
const part = (name: string, content: string, more = '; filename="a.png"') =>
  `--b\r\ncontent-disposition: form-data; name="${name}"${more}\r\n\r\n${content}\r\n`;
const END = '--b--\r\n';

const reader = (limits = {}) => createFormReader({ arrivalTimeoutMs: 5000, maxHeldBytes: 10_000, ...limits });
const bodyOf = (text: string) => Readable.from([...text.matchAll(/[\s\S]{1,17}/g)].map(([piece]) => Buffer.from(piece, 'latin1')));
const read = (text: string, limits = {}) => reader(limits).withFile(bodyOf(text), HEADERS, OPTIONS, (file) => Promise.resolve(file.toString('latin1')));

test('gives the one file, byte for byte, with or without a name', async () => {
  const bytes = Array.from({ length: 256 }, (_, code) => String.fromCodePoint(code)).join('');
  expect(await read(part('picture', `${bytes}\r\n--\r\n${bytes}`) + END)).toBe(`${bytes}\r\n--\r\n${bytes}`);
  expect(await read(part('picture', 'x', '') + END)).toBe('x');
  expect(await read(part('picture', '') + END)).toBe('');
  expect(await read(part('picture', 'x'.repeat(1000)) + END)).toHaveLength(1000);
});

test.each([
  ['nothing', END, 'request.invalid'],
  ['another field', part('image', 'x') + END, 'request.invalid'],
  ['a field beside it', part('picture', 'x') + part('more', 'y', '') + END, 'request.invalid'],
  ['two files', part('picture', 'x') + part('picture', 'y') + END, 'request.invalid'],
  ['a file without a field', '--b\r\ncontent-disposition: form-data; filename="a"\r\n\r\nx\r\n' + END, 'request.invalid'],
  ['one byte too many', part('picture', 'x'.repeat(1001)) + END, 'request.body_too_large'],
  ['a form that breaks off', part('picture', 'x'), 'request.body_malformed'],
  ['half a header', '--b\r\ncontent-disposition: form-data; na', 'request.body_malformed'],
  ['no form', 'hello', 'request.body_malformed'],
  ['nothing at all', '', 'request.body_malformed'],
  ['endless headers', `--b\r\n${'x: y\r\n'.repeat(10_000)}\r\nx\r\n${END}`, 'request.'],
])('refuses %s', async (_what, text, code) => {
  await expect(read(text)).rejects.toMatchObject({ name: 'Problem', code: expect.stringContaining(code) });
});

test('refuses by the headers what need not be read', () => {
  const refused = (headers: Record<string, string>) => () => refuseFormByHeaders({ ...HEADERS, ...headers }, OPTIONS);
  expect(refused({})).not.toThrow();
  for (const headers of [{ 'content-type': 'application/json' }, { 'content-type': 'multipart/form-data' }, { 'content-encoding': 'gzip' }]) {
    expect(refused(headers)).toThrow(expect.objectContaining({ code: 'request.media_type_unsupported' }));
  }
  expect(refused({ 'content-length': '100000' })).toThrow(expect.objectContaining({ code: 'request.body_too_large' }));
});

test('a form that does not arrive in time is refused, and its body ended', async () => {
  const body = new Readable({ read: () => undefined });
  body.push(part('picture', 'x'));
  await expect(reader({ arrivalTimeoutMs: 30 }).withFile(body, HEADERS, OPTIONS, () => Promise.resolve())).rejects.toMatchObject({ code: 'request.timeout' });
  expect(body.destroyed).toBe(true);
});

test('files that are held at once have a limit together, and room comes back', async () => {
  const shared = reader({ maxHeldBytes: 1500 });
  const text = part('picture', 'x'.repeat(900)) + END;
  const use = Promise.withResolvers<void>();
  const first = shared.withFile(bodyOf(text), HEADERS, OPTIONS, () => use.promise);
  const begun = Promise.withResolvers<void>();
  const watched = shared.withFile(bodyOf(part('picture', 'y') + END), HEADERS, OPTIONS, async () => begun.resolve());
  await begun.promise;
  await watched;
  await expect(shared.withFile(bodyOf(text), HEADERS, OPTIONS, () => Promise.resolve())).rejects.toMatchObject({ code: 'service.unavailable' });
  use.resolve();
  await first;
  await expect(shared.withFile(bodyOf(text), HEADERS, OPTIONS, () => Promise.resolve('room'))).resolves.toBe('room');
});
