import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { publicFolder } from '@watchparty/web';
import { startTestApp, type TestApp } from '../../../test/app.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(() => server.close());

const files = readdirSync(publicFolder).filter((name) => name !== 'index.html');

test.each(['/', '/rooms/5?invite=a-token&invite=twice', '/?utm_source=x'])('%s is the front page', async (path) => {
  const { status, headers, body } = await server.ask('GET', path);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self'");
  expect(headers.get('content-security-policy')).not.toContain('unsafe');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(body).toContain('<title>WatchParty</title>');
});

test('the front page names nothing inline and no other host, and each file that it names is there', async () => {
  const { body: html } = await server.ask('GET', '/');
  expect(html).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:/);
  const named = [...String(html).matchAll(/(?:src|href)="(\/[^"#]*)"/g)].map(([, path]) => path!);
  expect(named).toContain('/app.js');
  for (const path of named) expect((await server.ask('GET', path)).status, path).toBe(200);
});

test('the page speaks both languages in full, and its own text is the English one', async () => {
  const { WORDS } = (await import(new URL('words.js', publicFolder).href)) as {
    WORDS: Record<'en' | 'ru', Record<string, unknown>>;
  };
  expect(Object.keys(WORDS.ru)).toEqual(Object.keys(WORDS.en));
  const { body: html } = await server.ask('GET', '/');
  const matches = [...String(html).matchAll(/data-word="(\w+)">([^<]*)</g)];
  const marked = matches.map(([, word, text]) => [word!, text!] as const);
  expect(marked.length).toBeGreaterThan(10);
  for (const [word, text] of marked) expect(WORDS.en[word], word).toBe(text);
});

describe.each(files)('/%s', (name) => {
  test('is served with its type, and not again to those who have it', async () => {
    const whole = await server.ask('GET', `/${name}`);
    expect(whole.status).toBe(200);
    expect(whole.headers.get('content-type')).toMatch(/^(text\/(css|javascript)|image\/svg\+xml); charset=utf-8$/);
    const etag = whole.headers.get('etag')!;
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await server.ask('GET', `/${name}`, { headers: { 'if-none-match': tag } });
      expect([again.status, again.body, again.headers.get('etag')], tag).toEqual([304, '', etag]);
    }
    expect((await server.ask('GET', `/${name}`, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test('answers HEAD with its length, and other methods with 405', async () => {
    const whole = await server.ask('GET', `/${name}`);
    const head = await server.ask('HEAD', `/${name}`);
    expect([head.status, head.body, head.headers.get('content-length')]).toEqual([
      200, '', String(Buffer.byteLength(whole.body as string)),
    ]);
    const posted = await server.ask('POST', `/${name}`, { body: {} });
    expect(posted).toMatchObject({ status: 405, body: { code: 'route.method_not_allowed' } });
  });
});

test.each([
  '/index.html', '/../package.json', '/%2e%2e/package.json', '/style.css/', '/.env',
])('%s is not served', async (path) => {
  expect((await server.ask('GET', path)).status).toBe(404);
});
