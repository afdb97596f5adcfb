import { startRedis } from '@watchparty/redis-kit/test/redis';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { startTestApp } from '../../../test/app.ts';
import { factoriesFor } from '../../../test/factories.ts';
import { createLastSeen } from './last-seen.ts';
import { DAY, MINUTE, prepare } from './test/prepare.ts';

test('[SE14] Sessions that were seen are written together; a failed write waits for the next', async () => {
  const { clock, write, open, pass, now, queries } = await prepare();
  let writes = 0;
  let away = true;
  const lastSeen = createLastSeen({
    clock, log: pino({ level: 'silent' }), everyMs: DAY,
    async write(work) {
      writes += 1;
      if (away) throw new Error('The database is away');
      return write(work);
    },
  });
  onTestFinished(() => lastSeen.close());
  const sessions = [await open(), await open(), await open()].map(({ sessionId }) => sessionId);
  const rows = async () => {
    const found = await queries.selectFrom('sessions').select(['id', 'last_seen_at']).execute();
    const times = new Map(found.map(({ id, last_seen_at }) => [id, last_seen_at.getTime() - begunMs]));
    return sessions.map((id, index) => [index, times.get(id)]);
  };
  const begunMs = now();

  await lastSeen.flush();
  expect(writes).toBe(0);
  pass(MINUTE);
  lastSeen.note(sessions[0]!);
  lastSeen.note(sessions[1]!);
  await lastSeen.flush();
  expect(await rows()).toEqual([[0, 0], [1, 0], [2, 0]]);
  pass(MINUTE);
  for (let n = 0; n < 100; n += 1) lastSeen.note(sessions[1]!);
  expect(lastSeen.of(sessions[1]!)).toBe(now());
  away = false;
  await lastSeen.flush();
  expect(writes).toBe(2);
  expect(await rows()).toEqual([[0, MINUTE], [1, 2 * MINUTE], [2, 0]]);
  expect(lastSeen.of(sessions[1]!)).toBeUndefined();

  // What another node has seen later stays.
  pass(-MINUTE);
  lastSeen.note(sessions[1]!);
  lastSeen.note('01890a5d-ac96-774b-bcce-b302099a8057');
  await lastSeen.close();
  expect(await rows()).toEqual([[0, MINUTE], [1, 2 * MINUTE], [2, 0]]);
});

test('[SE14] A session that somebody changes at the moment is left out, and holds nobody up', async () => {
  const { clock, write, open, pass, queries } = await prepare();
  const lastSeen = createLastSeen({ clock, log: pino({ level: 'silent' }), write, everyMs: DAY });
  onTestFinished(() => lastSeen.close());
  const [held, free] = [(await open()).sessionId, (await open()).sessionId];
  pass(MINUTE);
  await write(async (tx) => {
    await tx.selectFrom('sessions').select('id').where('id', '=', held).forUpdate().execute();
    for (const id of [held, free]) lastSeen.note(id);
    await lastSeen.flush();
  });
  const rows = await queries.selectFrom('sessions').select('id').where('last_seen_at', '=', new Date(clock.now())).execute();
  expect(rows).toEqual([{ id: free }]);
});

test.each([['without Redis', false], ['with Redis', true]])('[SE14] %s requests of both ways are noted, and written when the server ends', async (_what, withRedis) => {
  const redis = withRedis ? await startRedis() : undefined;
  onTestFinished(async () => redis?.stop());
  const server = await startTestApp(redis === undefined ? {} : { REDIS_URL: redis.url });
  const make = factoriesFor(server);
  const [framework, fastLane, unseen] = [await make.user(), await make.user(), await make.user()];
  const profile = ({ token }: { token: string }) => server.ask('GET', '/api/auth/profile', { token });
  await expect.poll(async () => (await profile(fastLane)).headers.get('x-cache')).toBe('HIT');
  const times = async () => {
    const rows = await server.db.database.kysely.selectFrom('sessions').select(['id', 'created_at', 'last_seen_at']).execute();
    return new Map(rows.map((row) => [row.id, row.last_seen_at.getTime() - row.created_at.getTime()]));
  };
  const shown = async ({ token }: { token: string }) => Date.parse((await server.ask('GET', '/api/auth/sessions', { token })).body.data.items[0].lastSeenAt);

  const atMs = Date.now();
  await server.ask('GET', '/api/rooms?mine=true', { token: framework.token });
  expect((await profile(fastLane)).headers.get('x-cache')).toBe('HIT');
  expect([...(await times()).values()]).toEqual([0, 0, 0]);
  expect(await shown(fastLane)).toBeGreaterThanOrEqual(atMs);
  await server.app.sessions.close();
  const seen = await times();
  expect(seen.get(framework.sessionId)).toBeGreaterThan(0);
  expect(seen.get(fastLane.sessionId)).toBeGreaterThan(0);
  expect(seen.get(unseen.sessionId)).toBe(0);
  await server.close();
});
