import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { clientEvents, serverEvents } from '@watchparty/protocol';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor } from '../../../test/factories.ts';

const REDOCLY = createRequire(import.meta.url).resolve('@redocly/cli/bin/cli.js');

let server: TestApp;
// oxlint-disable-next-line no-explicit-any
let description: any;
beforeAll(async () => {
  server = await startTestApp();
  description = (await server.ask('GET', '/api/asyncapi.json')).body;
});
afterAll(() => server.close());

test('[LV24] The description is AsyncAPI that its linter does not complain of', { timeout: 60_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'watchparty-asyncapi-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'asyncapi.json'), JSON.stringify(description));
  await writeFile(join(folder, 'redocly.yaml'), 'extends: [recommended]\ntelemetry: off\n');
  const { stderr } = await promisify(execFile)(process.execPath, [REDOCLY, 'lint', 'asyncapi.json', '--format=stylish'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' },
  });
  expect(stderr).toContain('Your API description is valid');
  expect(stderr).not.toMatch(/\bwarnings?\b/);
});

/** Without references, as the code has it. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== 'object' || value === null) return value;
  const { $ref } = value as { $ref?: string };
  if ($ref !== undefined) return resolved(at($ref));
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, resolved(one)]));
}

const at = (path: string): unknown =>
  path.slice(2).split('/').reduce<unknown>((value, step) => (value as Record<string, unknown>)[step], description);

const plain = (schema: unknown): unknown => JSON.parse(JSON.stringify(schema));

interface Operation {
  readonly action: string;
  readonly messages: readonly { readonly $ref: string }[];
  readonly reply?: { readonly messages: readonly { readonly $ref: string }[] };
}

const operations = (action: string): Operation[] => Object.values<Operation>(description.operations).filter((one) => one.action === action);
const messageOf = (refs: readonly { readonly $ref: string }[]) => resolved(refs[0]) as { name: string; payload: unknown };

test('[LV24] It has every event that clients may send, with the schemas that the code checks by, and nothing else', () => {
  const described = operations('receive').map(({ messages, reply }) => {
    const [success, problem] = (messageOf(reply!.messages).payload as { oneOf: { properties: { data?: unknown; code?: { enum: string[] } } }[] }).oneOf;
    expect(problem!.properties.code!.enum).toContain('request.invalid');
    const { name, payload } = messageOf(messages);
    return [name, { body: payload, reply: success!.properties.data }];
  });
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(clientEvents.map(({ name, body, reply }) => [name, plain({ body, reply })])));
  expect(described.length).toBe(clientEvents.length);
});

test('[LV24] It has every event that the server may send, with its schema, and nothing else', () => {
  const described = operations('send').map(({ messages }) => messageOf(messages)).map(({ name, payload }) => [name, payload]);
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(serverEvents.map(({ name, payload }) => [name, plain(payload)])));
  expect(described.length).toBe(serverEvents.length);
});

test('[LV24] Every event of the clients is served, and no other', async () => {
  const { token } = await factoriesFor(server).user();
  const socket = io(server.url, { transports: ['websocket'], auth: { token }, forceNew: true });
  onTestFinished(() => void socket.close());
  for (const { name } of clientEvents) {
    const answer = (await socket.timeout(10_000).emitWithAck(name, { nonsense: true })) as { code: string };
    expect([name, answer.code]).toEqual([name, 'request.invalid']);
  }
  expect(await socket.timeout(10_000).emitWithAck('room:explode', {})).toMatchObject({ code: 'live.event_unknown' });
});

test('[LV24] The page for people has all of it, and needs nothing from elsewhere', async () => {
  const { status, headers, body } = await server.ask('GET', '/api/docs/live');
  expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(headers.get('content-security-policy')).toContain("script-src 'self'");
  const page = body as string;
  for (const { name, summary } of clientEvents) expect(page).toContain(`id="client-${name.replaceAll(':', '-')}"><h3>${name}</h3><p>${summary.replaceAll('"', '&quot;')}`);
  for (const { name } of serverEvents) expect(page).toContain(`id="server-${name.replaceAll(':', '-')}"><h3>${name}</h3>`);
  expect(page).not.toMatch(/<script|<link rel="stylesheet|src=|@import|url\(/);
  const anchors = new Set([...page.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
  expect(anchors.size).toBe([...page.matchAll(/ id="/g)].length);
});
