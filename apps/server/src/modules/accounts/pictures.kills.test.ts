import { randomBytes, randomInt } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OwnProfile } from '@watchparty/protocol';
import { sql } from 'kysely';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import { request } from '../../../test/app.ts';
import { createTestDatabase } from '../../../test/postgres.ts';
import { cleanUp, makeDataDir, type ServerProcess, startServer } from '../../../test/server-process.ts';
import { photo } from '../../../test/pictures.ts';

const KILLS = process.env['WATCHPARTY_DEEP'] === '1' ? 40 : 4;
const PEOPLE = 4;

test(`[PI10] killed ${KILLS} times while pictures are uploaded and worked on, the server shows all it answered and keeps no file for ever`, async () => {
  const db = await createTestDatabase();
  const dataDir = await makeDataDir();
  let server: ServerProcess | undefined;
  let url = '';
  onTestFinished(async () => {
    await cleanUp(dataDir, server);
    await db.drop();
  });
  const restart = async (): Promise<void> => {
    server?.child.kill('SIGKILL');
    await server?.ended;
    server = startServer(dataDir, { env: { DATABASE_URL: db.connectionString } });
    url = await server.ready();
  };
  const query = async <T>(text: string) => (await sql.raw<T>(text).execute(db.database.kysely)).rows;

  await restart();
  const picture = await (await photo(800, 600)).jpeg().toBuffer();
  const people = await Promise.all(Array.from({ length: PEOPLE }, async (_, index) => {
    const body = { email: `p${index}@example.org`, username: `person${index}`, password: randomBytes(9).toString('hex') };
    return (await request(`${url}/api/auth/register`, 'POST', { body })).body.data.accessToken as string;
  }));

  /** What each was answered last. */
  const answered = new Map<string, string>();
  let over = false;
  const uploading = people.map(async (token) => {
    while (!over) {
      const form = new FormData();
      // Each picture is another one, so that nothing can be mistaken for something else.
      form.append('profilePicture', new Blob([Uint8Array.from(await sharp(picture).tint({ r: randomInt(256), g: 99, b: 50 }).jpeg().toBuffer())]), 'me.jpg');
      try {
        const response = await fetch(`${url}/api/auth/upload-profile-picture`, { method: 'POST', body: form, headers: { authorization: `Bearer ${token}` } });
        const { data } = (await response.json()) as { data?: OwnProfile };
        if (data?.profilePicture) answered.set(token, data.profilePicture.original);
      } catch {
        await sleep(20);
      }
    }
  });
  for (let kill = 0; kill < KILLS; kill += 1) {
    const before = answered.size === 0 ? '' : [...answered.values()].join();
    await expect.poll(() => [...answered.values()].join(), { timeout: 20_000 }).not.toBe(before);
    await sleep(randomInt(400));
    await restart();
  }
  over = true;
  await Promise.all(uploading);

  for (const token of people) {
    const shown = async () => (await request(`${url}/api/auth/profile`, 'GET', { token })).body.data.profilePicture;
    await expect.poll(async () => (await shown()).medium, { timeout: 40_000 }).toMatch(/-medium\.jpg$/);
    for (const path of Object.values<string>(await shown())) expect((await fetch(`${url}${path}`)).status).toBe(200);
    // A later upload may have been committed although its answer was lost; then it is that one, never none.
    expect((await shown()).original).toMatch(/^\/uploads\/avatar-[0-9a-f]{32}\.jpg$/);
  }
  // A day later.
  await query(`update pictures set changed_at = changed_at - interval '25 hours'`);
  await restart();
  const files = async () => (await readdir(join(dataDir, 'uploads'))).filter((name) => name.startsWith('avatar-'));
  await expect.poll(async () => (await files()).length, { timeout: 40_000 }).toBe(PEOPLE * 4);
  await expect.poll(() => query('select status from pictures'), { timeout: 20_000 }).toEqual(people.map(() => ({ status: 'used' })));
}, 180_000);
