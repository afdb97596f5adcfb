import type { DirectMessage, UploadedImage } from '@watchparty/protocol';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Answer, startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';
import { photo } from '../../../test/pictures.ts';

let server: TestApp;
let make: ReturnType<typeof factoriesFor>;
let jpeg: Uint8Array<ArrayBuffer>;
beforeAll(async () => {
  server = await startTestApp();
  make = factoriesFor(server);
  jpeg = Uint8Array.from(await (await photo(900, 600)).jpeg().toBuffer());
});
afterAll(() => server.close());

async function upload(user: TestUser): Promise<UploadedImage> {
  const form = new FormData();
  form.append('image', new Blob([jpeg]), 'photo.jpg');
  const response = await fetch(`${server.url}/api/uploads/images`, { method: 'POST', body: form, headers: { authorization: `Bearer ${user.token}` } });
  return ((await response.json()) as { data: UploadedImage }).data;
}

const send = (from: TestUser, to: TestUser, body: object): Promise<Answer> =>
  server.ask('POST', '/api/messages/send', { token: from.token, body: { receiverId: to.id, content: '', ...body } });
const messages = async (who: TestUser, peer: TestUser): Promise<DirectMessage[]> =>
  (await server.ask('GET', `/api/messages/${peer.id}`, { token: who.token })).body.data.items;
const statusOf = async (address: string): Promise<number> => (await fetch(`${server.url}${address}`)).status;
const patient = (check: () => Promise<boolean>): Promise<unknown> => vi.waitUntil(check, { timeout: 20_000, interval: 50 });

test('[DM10] A message takes one’s own upload once, gets a thumbnail as a change, and takes both along when it is deleted', async () => {
  const [ann, ben] = [await make.user(), await make.user()];
  const image = await upload(ann);
  const { status, body } = await send(ann, ben, { ...image, clientMessageId: 'picture' });
  expect({ status, data: body.data }).toMatchObject({ status: 201, data: { ...image, content: '', thumbnailUrl: null } });
  await patient(async () => (await messages(ben, ann))[0]?.thumbnailUrl !== null);
  const [message] = await messages(ben, ann);
  expect(message).toMatchObject({ id: body.data.id, change: 1, editedAt: null });
  const thumbnail = await fetch(`${server.url}${message!.thumbnailUrl}`);
  expect(await sharp(Buffer.from(await thumbnail.arrayBuffer())).metadata()).toMatchObject({ format: 'jpeg', width: 480, height: 320 });

  // Again it is the same message; another one cannot take it.
  expect((await send(ann, ben, { ...image, clientMessageId: 'picture' })).body.data).toMatchObject({ id: message!.id });
  expect((await send(ann, ben, image)).body.code).toBe('images.not_found');

  await server.ask('DELETE', `/api/messages/${ben.id}/${message!.id}`, { token: ann.token });
  expect(await messages(ben, ann)).toMatchObject([{ imageUrl: null, thumbnailUrl: null, publicId: null }]);
  for (const address of [image.imageUrl, message!.thumbnailUrl!]) await patient(async () => (await statusOf(address)) === 404);
});

test('[DM3] [DM10] A picture sent twice at the same moment is one message', async () => {
  const [ann, ben] = [await make.user(), await make.user()];
  const body = { ...(await upload(ann)), clientMessageId: 'same' };
  const answers = await Promise.all(Array.from({ length: 20 }, () => send(ann, ben, body)));
  expect(new Set(answers.map((answer) => answer.body.data?.id)).size).toBe(1);
  expect(await messages(ben, ann)).toHaveLength(1);
});

test('[DM10] Others’ uploads are not taken, and a refused message leaves one’s own to be sent again', async () => {
  const [ann, ben] = [await make.user(), await make.user()];
  const image = await upload(ann);
  expect((await send(ben, ann, image)).body.code).toBe('images.not_found');
  expect((await send(ann, ben, { ...image, imageUrl: '/uploads/other.jpg' })).body.code).toBe('messages.image_invalid');
  await server.ask('POST', `/api/friends/blocks/${ann.id}`, { token: ben.token });
  expect((await send(ann, ben, image)).body.code).toBe('accounts.not_found');
  expect((await send(ann, await make.user(), image)).status).toBe(201);
});

test('[DM10] A picture elsewhere is named by https alone', async () => {
  const [ann, ben] = [await make.user(), await make.user()];
  const hosted = { imageUrl: 'https://res.example.org/x/photo.jpg', publicId: 'x/photo' };
  expect((await send(ann, ben, hosted)).body.data).toMatchObject({ ...hosted, thumbnailUrl: null });
  for (const imageUrl of [
    'http://example.org/a.jpg', 'data:image/png;base64,AA', 'javascript:alert(1)', 'https://me:secret@example.org/a.jpg', '//example.org/a.jpg',
    '/uploads/a.jpg', 'https://localhost/a.jpg', 'no address',
  ]) expect((await send(ann, ben, { imageUrl, publicId: 'x' })).body.code, imageUrl).toBe('messages.image_invalid');
  expect((await send(ann, ben, { publicId: 'x/photo' })).body.code).toBe('messages.image_invalid');
});
