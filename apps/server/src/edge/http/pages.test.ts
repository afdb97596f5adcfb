import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import sharp from 'sharp';
import { builtApp, pagePaths } from '@watchparty/web';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor } from '../../../test/factories.ts';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp();
});
afterAll(() => server.close());

const PUBLIC_URL = 'http://watchparty.test';
const HTML = { accept: 'text/html,application/xhtml+xml' };
const addresses = pagePaths.map((path) => path.replace(':id', '5'));
const assets = readdirSync(join(builtApp, 'assets')).filter((name) => !/\.(?:br|gz)$/.test(name)).map((name) => `/assets/${name}`);
const script = assets.find((path) => /\/index-[\w-]+\.js$/.test(path))!;

/** As it comes over the wire: `fetch` would unpack it. */
function raw(path: string, acceptEncoding: string): Promise<{ coding: string | undefined; body: Buffer; length: string | undefined }> {
  return new Promise((resolve, reject) => {
    request(`${server.url}${path}`, { headers: { 'accept-encoding': acceptEncoding } }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part)).on('end', () =>
        resolve({ coding: response.headers['content-encoding'], body: Buffer.concat(parts), length: response.headers['content-length'] }));
    }).on('error', reject).end();
  });
}

describe('the page', () => {
  test.each([...addresses, '/rooms/5?invite=a-token&invite=twice', '/reset-password?token=x', '/?utm_source=x'])('stands at %s', async (path) => {
    const { status, headers, body } = await server.ask('GET', path, { headers: HTML });
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-cache');
    expect(headers.get('content-security-policy')).toContain("script-src 'self'; style-src 'self';");
    expect(headers.get('content-security-policy')).not.toContain('unsafe');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(body).toContain('<title>WatchParty</title>');
  });

  test('names nothing inline and no other host, and each file that it names is there', async () => {
    const { body: html } = await server.ask('GET', '/');
    expect(html.replaceAll(PUBLIC_URL, '')).not.toMatch(/<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|https?:/);
    const named = [...String(html).matchAll(/(?:src|href)="(\/[^"#]*)"/g)].map(([, path]) => path!);
    expect(named).toContain(script);
    for (const path of named) expect((await server.ask('GET', path)).status, path).toBe(200);
  });

  test('at an address that is none comes with 404 to a browser, and not to a program', async () => {
    const shown = await server.ask('GET', '/nothing/here', { headers: HTML });
    expect([shown.status, shown.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(shown.body).toContain('<title>WatchParty</title>');
    expect((await server.ask('HEAD', '/nothing/here', { headers: HTML })).status).toBe(404);
    for (const [method, path, headers] of [
      ['GET', '/nothing/here', {}], ['GET', '/api/nothing', HTML], ['GET', '/assets/nothing.js', HTML], ['POST', '/nothing/here', HTML],
    ] as const) {
      expect(await server.ask(method, path, { headers }), path).toMatchObject({ status: 404, body: { code: 'route.not_found' } });
    }
  });
});

/** What programs that show links read of a page. */
async function cardOf(path: string): Promise<Record<string, string>> {
  const { body } = await server.ask('GET', path, { headers: HTML });
  const metas = [...String(body).matchAll(/<meta (?:name|property)="([\w:]+)" content="([^"]*)">/g)].map(([, name, content]) => [name!, content!]);
  const canonical = /<link rel="canonical" href="([^"]*)">/.exec(String(body))?.[1];
  return { ...Object.fromEntries(metas), ...(canonical !== undefined && { canonical }) };
}

describe('the card of a page', () => {
  const neutral = async (path: string): Promise<void> => {
    const card = await cardOf(path);
    expect(card['og:title'], path).toBe('WatchParty');
    expect(card['og:image'], path).toBe(`${PUBLIC_URL}/card.png`);
    expect(card['canonical'] ?? card['og:url'], path).toBeUndefined();
  };

  test('tells of a public room and its film, as it is now, and makes no markup of it', async () => {
    const make = factoriesFor(server);
    const owner = await make.user();
    const film = await make.movie(owner, { title: 'Paper Boats', year: 2008, posterUrl: 'https://img.example.org/boats.jpg' });
    const room = await make.room(owner, { name: '"><script>alert(1)</script>', movieId: film.id });
    const path = `/rooms/${room.id}`;
    expect(await cardOf(path)).toMatchObject({
      'og:title': '&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;', 'og:description': 'Watching “Paper Boats” together.',
      'og:image': 'https://img.example.org/boats.jpg', 'og:url': `${PUBLIC_URL}${path}`, canonical: `${PUBLIC_URL}${path}`,
    });
    await server.ask('PATCH', path.replace('/rooms', '/api/rooms'), { token: owner.token, body: { name: 'Friday', description: 'Bring popcorn.' } });
    expect(await cardOf(path)).toMatchObject({ 'og:title': 'Friday', 'og:description': 'Bring popcorn.', description: 'Bring popcorn.' });
    // Whoever shares an invitation shares the invitation.
    const invited = await cardOf(`${path}?invite=abc`);
    expect(invited['og:title']).toBe('Friday');
    expect(invited['canonical'] ?? invited['og:url']).toBeUndefined();
    await server.ask('PATCH', path.replace('/rooms', '/api/rooms'), { token: owner.token, body: { isPrivate: true } });
    await neutral(path);
  });

  test('is the same for private rooms, rooms that are none and anything else', async () => {
    const make = factoriesFor(server);
    const owner = await make.user();
    const film = await make.movie(owner, { title: 'Only for us', visibility: 'rooms' });
    const hidden = await make.room(owner, { name: 'Hidden', isPrivate: true, movieId: film.id });
    const { invite } = (await server.ask('POST', `/api/rooms/${hidden.id}/invite-link`, { token: owner.token })).body.data;
    for (const path of [`/rooms/${hidden.id}`, `/rooms/${hidden.id}?invite=${invite}`, '/rooms/999999', '/rooms/0', '/rooms/x', '/rooms/99999999999999999999', '/rooms/__proto__', '/nothing/here', '/profile', '/reset-password?token=secret']) {
      await neutral(path);
    }
    const open = await make.room(owner, { name: 'Open', movieId: film.id });
    expect(JSON.stringify(await cardOf(`/rooms/${open.id}`))).not.toContain('Only for us');
  });

  test('says where pages for everybody are, whatever their query', async () => {
    expect((await cardOf('/')).canonical).toBe(`${PUBLIC_URL}/`);
    expect((await cardOf('/rooms?page=2&utm_source=x')).canonical).toBe(`${PUBLIC_URL}/rooms`);
  });

  test('robots are kept off what is nobody’s business', async () => {
    const { status, headers, body } = await server.ask('GET', '/robots.txt');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8']);
    expect(body).toContain('User-agent: *\nDisallow: /api/\n');
    expect(body).toContain('Disallow: /reset-password\n');
  });
});

describe('files', () => {
  test.each(assets)('%s is kept for ever, under its name', async (path) => {
    const { status, headers } = await server.ask('GET', path);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
    expect(headers.get('content-type')).toMatch(/^(?:text\/(?:css|javascript); charset=utf-8|font\/woff2|image\/\w+)/);
  });

  test('of the service worker may fetch from here, and nothing else', async () => {
    const { headers } = await server.ask('GET', '/service-worker.js');
    expect(headers.get('content-security-policy')).toBe("default-src 'none'; connect-src 'self'; frame-ancestors 'none'");
    expect(headers.get('cache-control')).toBe('no-cache');
  });

  test('of the manifest are pictures of the sizes it says', async () => {
    const manifest = await server.ask('GET', '/manifest.webmanifest');
    expect(manifest.headers.get('content-type')).toBe('application/manifest+json');
    const { icons } = manifest.body as { icons: { src: string; sizes: string; type: string; purpose: string }[] };
    expect(new Set(icons.map(({ purpose }) => purpose))).toEqual(new Set(['any', 'maskable']));
    for (const { src, sizes, type } of icons) {
      const answer = await fetch(`${server.url}${src}`);
      expect([answer.status, answer.headers.get('content-type')?.split(';')[0]], src).toEqual([200, type]);
      if (type !== 'image/png') continue;
      const { width, height } = await sharp(await answer.arrayBuffer()).metadata();
      expect(`${width}x${height}`, src).toBe(sizes);
    }
  });

  test('come compressed to those who take that', async () => {
    const plain = await raw(script, 'identity');
    const brotli = await raw(script, 'gzip, deflate, br');
    const gzip = await raw(script, 'gzip, br;q=0');
    expect([plain.coding, brotli.coding, gzip.coding]).toEqual([undefined, 'br', 'gzip']);
    expect(brotliDecompressSync(brotli.body).equals(plain.body)).toBe(true);
    expect(gunzipSync(gzip.body).equals(plain.body)).toBe(true);
    expect(brotli.length).toBe(String(brotli.body.length));
    expect(brotli.body.length).toBeLessThan(gzip.body.length);
  });

  test.each(['/', '/favicon.svg', '/theme.js'])('%s is not sent again to those who have it', async (path) => {
    const etag = (await server.ask('GET', path)).headers.get('etag')!;
    for (const tag of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await server.ask('GET', path, { headers: { 'if-none-match': tag } });
      expect([again.status, again.body, again.headers.get('etag')], tag).toEqual([304, '', etag]);
    }
    expect((await server.ask('GET', path, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
  });

  test('answer HEAD with their length, and other methods with 405', async () => {
    const head = await server.ask('HEAD', '/favicon.svg', { headers: { 'accept-encoding': 'identity' } });
    const whole = await server.ask('GET', '/favicon.svg', { headers: { 'accept-encoding': 'identity' } });
    expect([head.status, head.body, head.headers.get('content-length')]).toEqual([200, '', String(Buffer.byteLength(whole.body as string))]);
    expect(await server.ask('POST', '/favicon.svg', { body: {} })).toMatchObject({ status: 405, body: { code: 'route.method_not_allowed' } });
  });

  test.each(['/index.html', '/sources.txt', '/../package.json', '/%2e%2e/package.json', '/assets/..%2findex.html', '/favicon.svg/', '/.env'])(
    '%s is not served', async (path) => {
      expect((await server.ask('GET', path)).status).toBe(404);
    },
  );
});
