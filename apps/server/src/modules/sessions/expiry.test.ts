import { expect, test } from 'vitest';
import { CLIENT, DAY, MINUTE, prepare } from './test/prepare.ts';

const REFUSED = { code: 'auth.refresh_token_invalid' };

test('[SE1] [SE5] An access token ends after 15 minutes, a session 14 days after its last refresh', async () => {
  const { identity, userId, open, refresh, pass } = await prepare();

  const first = await open();
  pass(15 * MINUTE - 1000);
  expect(await identity.authenticate(first.accessToken)).toEqual({ userId, username: 'ann', role: 'user', sessionId: first.sessionId });
  expect(identity.verified(first.accessToken)).toMatchObject({ userId, sessionId: first.sessionId });
  pass(1000);
  expect(identity.verified(first.accessToken)).toBeUndefined();
  await expect(identity.authenticate(first.accessToken)).rejects.toMatchObject({ code: 'auth.token_invalid', detail: 'The access token has expired' });

  const idle = await open();
  pass(14 * DAY - 1);
  const kept = await refresh(idle.refreshToken);
  // `first` was opened a quarter of an hour earlier: its 14 days are over.
  await expect(refresh(first.refreshToken)).rejects.toMatchObject(REFUSED);
  pass(14 * DAY - 1);
  const again = await refresh(kept.refreshToken);
  expect((await identity.authenticate(again.accessToken)).sessionId).toBe(idle.sessionId);
  pass(14 * DAY);
  await expect(refresh(again.refreshToken)).rejects.toMatchObject(REFUSED);
});

test('[SE5] However often it is refreshed, a session ends after 90 days', async () => {
  const { identity, sessions, userId, open, refresh, pass, now } = await prepare();
  const begunMs = now();
  let { refreshToken } = await open();
  let accessToken = '';
  for (let day = 10; day < 90; day += 10) {
    pass(10 * DAY);
    ({ refreshToken, accessToken } = await refresh(refreshToken));
  }
  expect((await sessions.getUserActiveSessions(userId))[0]!.expiresAt.getTime()).toBe(begunMs + 90 * DAY);
  pass(10 * DAY - MINUTE);
  ({ refreshToken, accessToken } = await refresh(refreshToken));
  await identity.authenticate(accessToken);
  pass(MINUTE);
  await expect(identity.authenticate(accessToken)).rejects.toMatchObject({ detail: 'The session has ended' });
  await expect(refresh(refreshToken)).rejects.toMatchObject(REFUSED);
});

test('[SE5] [SE6] A session that the cache keeps ends on time, and not before when it was refreshed', async () => {
  const { identity, queries, open, refresh, pass, now } = await prepare();
  const [ending, refreshed] = [await open(), await open()];
  await queries.updateTable('sessions').set({ expires_at: new Date(now() + 5 * MINUTE) }).execute();
  for (const { accessToken } of [ending, refreshed]) await identity.authenticate(accessToken);
  pass(5 * MINUTE - 1);
  await identity.authenticate(ending.accessToken);
  const { accessToken } = await refresh(refreshed.refreshToken);
  pass(1);
  await expect(identity.authenticate(ending.accessToken)).rejects.toMatchObject({ code: 'auth.token_invalid', detail: 'The session has ended' });
  for (const token of [refreshed.accessToken, accessToken]) {
    expect((await identity.authenticate(token)).sessionId).toBe(refreshed.sessionId);
  }
});

test('[SE5] A guest’s session ends with the guest’s time, however often it is refreshed', async () => {
  const { identity, sessions, userId, write, refresh, pass, now } = await prepare();
  const endsAt = new Date(now() + 60 * MINUTE);
  const first = await write((tx, effects) => sessions.createSession(tx, effects, userId, CLIENT, { endsAt }));
  pass(50 * MINUTE);
  const { accessToken, refreshToken } = await refresh(first.refreshToken);
  pass(10 * MINUTE - 1);
  await identity.authenticate(accessToken);
  pass(1);
  await expect(identity.authenticate(accessToken)).rejects.toMatchObject({ detail: 'The session has ended' });
  await expect(refresh(refreshToken)).rejects.toMatchObject(REFUSED);
});

test('[SE2] A session that is ended while a refresh prolongs it, just when it expires, stays ended', async () => {
  const { sessions, identity, userId, queries, write, open, now } = await prepare();
  const { accessToken, sessionId } = await open();
  const expires = (atMs: number) => (db: typeof queries) =>
    db.updateTable('sessions').set({ expires_at: new Date(atMs) }).where('id', '=', sessionId).execute();
  await expires(now() - 1)(queries);
  const [locked, proceed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const prolonging = queries.transaction().execute(async (tx) => {
    await expires(now() + DAY)(tx);
    locked.resolve();
    await proceed.promise;
  });
  await locked.promise;
  const revoking = sessions.revoke(write, { userId, sessionId });
  // It waits for the other; were it to go by what it sees, it would be done by now.
  expect(await Promise.race([revoking.then(() => 'done', () => 'refused'), new Promise((resolve) => setTimeout(resolve, 200, 'waits'))])).toBe('waits');
  proceed.resolve();
  await Promise.all([prolonging, revoking]);
  await expect(identity.authenticate(accessToken)).rejects.toMatchObject({ code: 'auth.token_invalid' });
});
