import { readdir, stat } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { OwnProfile } from '@watchparty/protocol';
import { sql } from 'kysely';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Answer, startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { photo } from '../../../test/pictures.ts';

const DAY_MS = 86_400_000;
let server: TestApp;
let jpeg: Buffer;
const make = () => factoriesFor(server);
beforeAll(async () => {
  server = await startTestApp();
  jpeg = await (await photo(1000, 800)).withExif({ IFD3: { GPSLatitude: '51/1 30/1 0/1', GPSLatitudeRef: 'N' } }).jpeg().toBuffer();
});
afterAll(() => server.close());

interface Sent {
  readonly field?: string;
  readonly name?: string;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

async function post(path: string, user: TestUser | undefined, bytes: Uint8Array<ArrayBuffer>, { field, name = 'me.jpg', type = 'image/jpeg', headers }: Sent = {}): Promise<Answer> {
  const form = new FormData();
  form.append(field ?? (path.endsWith('images') ? 'image' : 'profilePicture'), new Blob([bytes], { type }), name);
  const response = await fetch(`${server.url}${path}`, {
    method: 'POST', body: form, headers: { ...headers, ...(user && { authorization: `Bearer ${user.token}` }) },
  });
  return { status: response.status, headers: response.headers, body: JSON.parse(await response.text()) };
}

const upload = (user: TestUser, bytes: Uint8Array = jpeg, sent?: Sent) => post('/api/auth/upload-profile-picture', user, Uint8Array.from(bytes), sent);
const uploadImage = (user: TestUser, bytes: Uint8Array = jpeg, sent?: Sent) => post('/api/uploads/images', user, Uint8Array.from(bytes), sent);
const profileOf = async (user: TestUser): Promise<OwnProfile> => (await server.ask('GET', '/api/auth/profile', { token: user.token })).body.data;
const get = (path: string, headers: Record<string, string> = {}) => fetch(`${server.url}${path}`, { headers });
const files = async (): Promise<string[]> => (await readdir(join(server.dataDir, 'uploads'))).filter((name) => /^(avatar|image)/.test(name));
const filesOf = async (url: string): Promise<string[]> => {
  const name = url.slice('/uploads/'.length).replace(/\.\w+$/, '');
  return (await files()).filter((file) => file.startsWith(name)).toSorted();
};
const rows = async (statement: string) => (await sql.raw(statement).execute(server.db.database.kysely)).rows;

async function optimized(user: TestUser): Promise<NonNullable<OwnProfile['profilePicture']>> {
  await expect.poll(async () => (await profileOf(user)).profilePicture?.medium, { timeout: 20_000 }).toMatch(/-medium\.jpg$/);
  return (await profileOf(user)).profilePicture!;
}

describe('a profile picture', () => {
  test('[PI1] is shown at once, its variants as soon as they are made, in files beside it', async () => {
    const user = await make().user();
    const answer = await upload(user);
    expect(answer.status).toBe(200);
    const { original, thumbnail, medium, webp } = answer.body.data.profilePicture;
    expect(original).toMatch(/^\/uploads\/avatar-[0-9a-f]{32}\.jpg$/);
    expect([thumbnail, medium, webp]).toEqual([original, original, original]);
    expect((await get(original)).status).toBe(200);

    const name = original.replace(/\.jpg$/, '');
    expect(await optimized(user)).toEqual({
      original, thumbnail: `${name}-thumbnail.jpg`, medium: `${name}-medium.jpg`, webp: `${name}.webp`,
    });
    const base = name.slice('/uploads/'.length);
    expect(await filesOf(original)).toEqual([`${base}-medium.jpg`, `${base}-thumbnail.jpg`, `${base}.jpg`, `${base}.webp`]);
    const served = async (path: string) => sharp(Buffer.from(await (await get(path)).arrayBuffer())).metadata();
    expect(await served(`${name}-thumbnail.jpg`)).toMatchObject({ format: 'jpeg', width: 150, height: 150 });
    expect(await served(`${name}-medium.jpg`)).toMatchObject({ format: 'jpeg', width: 600, height: 600, isProgressive: true });
    expect(await served(`${name}.webp`)).toMatchObject({ format: 'webp', width: 1000, height: 800 });
    for (const path of Object.values(await optimized(user))) {
      expect((await served(path)).exif).toBeUndefined();
    }
  });

  test('[PI2] the old files stay until the new variants serve, then go', async () => {
    const user = await make().user();
    await upload(user);
    const first = await optimized(user);
    const before = await filesOf(first.original);
    expect(before).toHaveLength(4);
    await upload(user, await sharp(jpeg).png().toBuffer());
    const second = await optimized(user);
    expect(second.original).toMatch(/\.png$/);
    await expect.poll(() => filesOf(first.original), { timeout: 20_000 }).toEqual([]);
    expect(await filesOf(second.original)).toHaveLength(4);
    await expect.poll(() => rows(`select status from pictures where owner_id = ${user.id}`)).toEqual([{ status: 'used' }]);
  });

  test('[PI2] many at once leave one, whole, and nothing of the others', async () => {
    const user = await make().user();
    const answers = await Promise.all(Array.from({ length: 6 }, () => upload(user)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    await expect.poll(() => rows(`select status from pictures where owner_id = ${user.id}`), { timeout: 30_000 }).toEqual([{ status: 'used' }]);
    const { original } = await optimized(user);
    for (const { body } of answers) {
      const url = body.data.profilePicture.original;
      await expect.poll(async () => (await filesOf(url)).length).toBe(url === original ? 4 : 0);
    }
  });

  test('[PI3] a WebP is its own WebP variant', async () => {
    const user = await make().user();
    await upload(user, await sharp(jpeg).webp().toBuffer());
    const { original, webp } = await optimized(user);
    expect(webp).toBe(original);
    expect(await filesOf(original)).toHaveLength(3);
  });

  test('[PI4] can be taken away', async () => {
    const user = await make().user();
    await upload(user);
    const { original } = await optimized(user);
    const { status, body } = await server.ask('DELETE', '/api/auth/profile-picture', { token: user.token });
    expect([status, body.data.profilePicture]).toEqual([200, null]);
    expect((await profileOf(user)).profilePicture).toBeNull();
    await expect.poll(() => filesOf(original), { timeout: 20_000 }).toEqual([]);
    expect((await get(original)).status).toBe(404);
    expect((await server.ask('DELETE', '/api/auth/profile-picture', { token: user.token })).status).toBe(200);
  });

  test('[PI5] what is refused leaves nothing: by content, size, field, form', async () => {
    const user = await make().user();
    const before = await files();
    const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
    const refusals: [Promise<Answer>, number, string][] = [
      [upload(user, svg, { name: 'me.png', type: 'image/png' }), 415, 'images.format_unsupported'],
      [upload(user, jpeg.subarray(0, 5000)), 422, 'images.unreadable'],
      [upload(user, Buffer.alloc(0)), 415, 'images.format_unsupported'],
      [upload(user, Buffer.concat([jpeg, Buffer.alloc(10 * 1024 * 1024)])), 413, 'request.body_too_large'],
      [upload(user, jpeg, { field: 'avatar' }), 400, 'request.invalid'],
      [server.ask('POST', '/api/auth/upload-profile-picture', { token: user.token, body: {} }), 415, 'request.media_type_unsupported'],
      [server.ask('POST', '/api/auth/upload-profile-picture', { token: user.token, body: 'x', headers: { 'content-type': 'multipart/form-data; boundary=b' } }), 400, 'request.body_malformed'],
      [post('/api/auth/upload-profile-picture', undefined, Uint8Array.from(jpeg)), 401, 'auth.required'],
    ];
    for (const [answer, status, code] of refusals) {
      const { body, ...rest } = await answer;
      expect([rest.status, body.code]).toEqual([status, code]);
    }
    expect((await profileOf(user)).profilePicture).toBeNull();
    expect(await files()).toEqual(before);
  });

  test('[PI5] names and declared types do not count', async () => {
    const user = await make().user();
    const { body } = await upload(user, await sharp(jpeg).png().toBuffer(), { name: '../../evil.svg\u0000.html', type: 'text/html' });
    expect(body.data.profilePicture.original).toMatch(/^\/uploads\/avatar-[0-9a-f]{32}\.png$/);
  });

  test('[PI6] an upload that breaks off, or stops half-way, leaves nothing', async () => {
    const user = await make().user();
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const head = '--b\r\nContent-Disposition: form-data; name="profilePicture"; filename="a.jpg"\r\n\r\n';
    socket.write(
      `POST /api/auth/upload-profile-picture HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${user.token}\r\n` +
      `Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 900000\r\n\r\n${head}`,
    );
    await new Promise<void>((resolve) => void socket.write(jpeg.subarray(0, 60_000), () => resolve()));
    socket.destroy();
    expect((await upload(user)).status).toBe(200);
    expect(await rows(`select status from pictures where owner_id = ${user.id}`)).toEqual([{ status: 'used' }]);
  });
});

describe('pictures are served', () => {
  test('[PI7] to everybody, for ever, as what they are and nothing else', async () => {
    const user = await make().user();
    await upload(user);
    const { original, webp } = await optimized(user);
    const answer = await get(original);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-type': 'image/jpeg', 'cache-control': 'public, max-age=31536000, immutable', 'x-content-type-options': 'nosniff',
      'content-length': String((await answer.arrayBuffer()).byteLength),
    });
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await get(webp)).headers.get('content-type')).toBe('image/webp');
    const etag = answer.headers.get('etag')!;
    expect((await get(original, { 'if-none-match': etag })).status).toBe(304);
    const head = await fetch(`${server.url}${original}`, { method: 'HEAD' });
    expect([head.status, (await head.arrayBuffer()).byteLength]).toEqual([200, 0]);
  });

  test('[PI7] nothing else of the storage or the disk can be named', async () => {
    const user = await make().user();
    const movie = await make().movie(user);
    const put = await fetch(`${server.url}/api/movies/${movie.id}/file`, {
      method: 'PUT', headers: { authorization: `Bearer ${user.token}`, 'content-type': 'video/mp4' },
      body: await import('node:fs/promises').then(({ readFile }) => readFile(new URL('../../main/demo/assets/sample-film.mp4', import.meta.url))),
    });
    expect(put.status).toBe(200);
    const [film] = await readdir(join(server.dataDir, 'uploads', 'movies', String(movie.id)));
    expect((await stat(join(server.dataDir, 'uploads', 'movies', String(movie.id), film!))).size).toBeGreaterThan(0);
    const paths = [
      '/uploads', '/uploads/', '/uploads/movies', `/uploads/movies/${movie.id}/${film}`, `/uploads/movies%2f${movie.id}%2f${film}`,
      '/uploads/..%2fjwt-secret', '/uploads/%2e%2e/jwt-secret', '/uploads/../jwt-secret', '/uploads/.incoming', '/uploads/avatar-.jpg',
      `/uploads/avatar-${'0'.repeat(32)}.jpg`, `/uploads/avatar-${'0'.repeat(32)}.svg`, '/uploads/%00', '/uploads/jwt-secret',
    ];
    for (const path of paths) {
      const answer = await rawGet(path);
      expect(answer, path).toMatch(/^HTTP\/1\.1 (404|400) /);
      expect(answer, path).not.toMatch(/immutable/);
    }
  });
});

describe('pictures for messages', () => {
  test('[PI8] are taken in like profile pictures; the same key gives the first answer again', async () => {
    const user = await make().user();
    const headers = { 'idempotency-key': 'one-picture' };
    const first = await uploadImage(user, jpeg, { headers });
    expect(first.status).toBe(201);
    const { imageUrl, publicId } = first.body.data;
    expect([imageUrl, publicId]).toEqual([`/uploads/${publicId}.jpg`, expect.stringMatching(/^image-[0-9a-f]{32}$/)]);
    const again = await uploadImage(user, jpeg, { headers, name: 'other-name.jpg' });
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect((await uploadImage(user, await sharp(jpeg).png().toBuffer(), { headers })).body.code).toBe('idempotency.key_reused');
    const bytes = Buffer.from(await (await get(imageUrl)).arrayBuffer());
    expect((await sharp(bytes).metadata()).exif).toBeUndefined();
  });

  test('[PI8] a message takes one’s own picture once, and lets it go with its end', async () => {
    const { pictures, write } = server.app;
    const [user, other] = [await make().user(), await make().user()];
    const actor = ({ id, username, role, sessionId }: TestUser) => ({ userId: id, username, role, sessionId });
    const { imageUrl, publicId } = (await uploadImage(user)).body.data;
    const attach = (who: TestUser, id: string) => write((tx) => pictures.attach(tx, actor(who), id));
    await expect(attach(other, publicId)).rejects.toMatchObject({ code: 'images.not_found' });
    await expect(attach(user, 'image-none')).rejects.toMatchObject({ code: 'images.not_found' });
    expect(await attach(user, publicId)).toBe(imageUrl);
    await expect(attach(user, publicId)).rejects.toMatchObject({ code: 'images.not_found' });
    await write((tx, effects) => pictures.detach(tx, effects, publicId));
    await expect.poll(() => filesOf(imageUrl), { timeout: 20_000 }).toEqual([]);
  });
});

describe('nothing stays for ever', () => {
  test('[PI9] what killed processes, changed minds and removed users left is swept after a day', async () => {
    const [user, gone] = [await make().user(), await make().user()];
    const { imageUrl, publicId } = (await uploadImage(user)).body.data;
    const { original } = (await upload(gone)).body.data.profilePicture;
    await optimized(gone);
    await upload(user);
    const kept = await optimized(user);
    const name = `image-${'a'.repeat(32)}`;
    await rows(`insert into pictures values ('${name}', 'image', 'png', ${user.id}, 'storing', now())`);
    await rows(`delete from users where id = ${gone.id}`);
    expect(await server.app.pictures.sweep(server.app.write)).toBe(0);
    expect(await filesOf(imageUrl)).toHaveLength(1);

    const names = `'${publicId}', '${name}', '${original.slice(9, -4)}', '${kept.original.slice(9, -4)}'`;
    await rows(`update pictures set changed_at = changed_at - interval '${DAY_MS + 1000} ms' where name in (${names})`);
    expect(await server.app.pictures.sweep(server.app.write)).toBe(3);
    await expect.poll(() => filesOf(imageUrl), { timeout: 20_000 }).toEqual([]);
    await expect.poll(() => filesOf(original)).toEqual([]);
    await expect.poll(() => rows(`select name from pictures where name in (${names})`)).toHaveLength(1);
    expect(await filesOf(kept.original)).toHaveLength(4);
  });
});

/** The first bytes of an answer, for addresses that no well-behaved client would send. */
function rawGet(path: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => void socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`));
    onTestFinished(() => void socket.destroy());
    let text = '';
    socket.on('data', (chunk) => (text += chunk.toString('latin1'))).on('end', () => resolve(text)).on('error', reject);
  });
}
