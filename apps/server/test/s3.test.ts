import { readFile } from 'node:fs/promises';
import type { OwnProfile } from '@watchparty/protocol';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { startS3Server } from './s3-server.ts';
import { startTestApp } from './app.ts';
import { factoriesFor } from './factories.ts';

const FILM = new URL('../src/main/demo/assets/sample-film.mp4', import.meta.url);

test('Films and pictures live in a bucket: uploaded, watched by ranges, shown, replaced and removed', async () => {
  const s3 = await startS3Server('party');
  onTestFinished(() => s3.close());
  const server = await startTestApp({
    STORAGE_URL: `s3://${s3.bucket}/${s3.prefix}`, S3_ENDPOINT: s3.endpoint, S3_REGION: s3.region,
    S3_ACCESS_KEY_ID: s3.accessKeyId, S3_SECRET_ACCESS_KEY: s3.secretAccessKey,
  });
  onTestFinished(() => server.close());
  const make = factoriesFor(server);
  const user = await make.user();
  const headers = { authorization: `Bearer ${user.token}` };
  const film = await readFile(FILM);

  const movie = await make.movie(user);
  const at = `/api/movies/${movie.id}`;
  const put = await fetch(`${server.url}${at}/file`, { method: 'PUT', headers: { ...headers, 'content-type': 'video/mp4' }, body: film });
  expect(put.status).toBe(200);
  const part = async (range: string) => {
    const answer = await fetch(`${server.url}${at}/stream`, { headers: { ...headers, range } });
    return { status: answer.status, length: answer.headers.get('content-length'), bytes: Buffer.from(await answer.arrayBuffer()) };
  };
  const last = film.length - 1;
  for (const [range, start, end] of [['bytes=0-0', 0, 0], ['bytes=1000-70000', 1000, 70_000], ['bytes=-500', last - 499, last], [`bytes=${last}-`, last, last]] as const) {
    const { status, length, bytes } = await part(range);
    expect([status, length, bytes.equals(film.subarray(start, end + 1))]).toEqual([206, String(end - start + 1), true]);
  }
  expect((await part(`bytes=${film.length}-`)).status).toBe(416);
  expect(Buffer.from(await (await fetch(`${server.url}${at}/stream`, { headers })).arrayBuffer()).equals(film)).toBe(true);

  const form = new FormData();
  form.append('profilePicture', new Blob([Uint8Array.from(await sharp({ create: { width: 300, height: 200, channels: 3, background: '#246' } }).png().toBuffer())]));
  const shown = await fetch(`${server.url}/api/auth/upload-profile-picture`, { method: 'POST', headers, body: form });
  expect(shown.status).toBe(200);
  const picture = async () => ((await server.ask('GET', '/api/auth/profile', { token: user.token })).body.data as OwnProfile).profilePicture;
  await expect.poll(async () => (await picture())?.thumbnail, { timeout: 20_000 }).toMatch(/-thumbnail\.jpg$/);
  for (const url of Object.values((await picture())!)) {
    const answer = await fetch(`${server.url}${url}`);
    expect((await sharp(Buffer.from(await answer.arrayBuffer())).metadata()).width).toBeGreaterThan(100);
  }

  s3.refuse = () => 503;
  expect(await server.ask('GET', `${at}/stream`, { token: user.token })).toMatchObject({ status: 503, body: { code: 'service.unavailable' } });
  s3.refuse = undefined;
  const { original } = (await picture())!;
  expect((await server.ask('DELETE', at, { token: user.token })).status).toBe(200);
  expect((await server.ask('DELETE', '/api/auth/profile-picture', { token: user.token })).status).toBe(200);
  await expect.poll(async () => (await fetch(`${server.url}${original}`)).status, { timeout: 20_000 }).toBe(404);
  await expect.poll(() => s3.objects(), { timeout: 20_000 }).toEqual([]);
});
