import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { CLIENT, prepare } from './test/prepare.ts';

const REFUSED = { code: 'auth.refresh_token_invalid' };
const REUSED = { ...REFUSED, detail: 'This refresh token was used before; for safety its session has ended' };

describe('[SE9] A used refresh token that is shown again', () => {
  test.each([['the one before', 1], ['an old one of the family', 4], ['the very first', 6]])('%s: ends its session, and no other', async (_which, back) => {
    const { open, refresh, pass, identity, sessions, userId, told } = await prepare();
    const [stolen, other] = [await open(), await open()];
    const family = [stolen.refreshToken];
    let accessToken = '';
    for (let use = 0; use < 6; use += 1) {
      const next = await refresh(family.at(-1)!);
      family.push(next.refreshToken);
      ({ accessToken } = next);
    }
    pass(11_000);
    await identity.authenticate(accessToken);
    await expect(refresh(family.at(-1 - back)!)).rejects.toMatchObject(REUSED);
    for (const token of [stolen.accessToken, accessToken]) await expect(identity.authenticate(token)).rejects.toMatchObject({ detail: 'The session has ended' });
    for (const token of family) await expect(refresh(token)).rejects.toMatchObject({ ...REFUSED, detail: expect.not.stringContaining('used before') });
    await expect.poll(() => told).toEqual([{ sessionIds: [stolen.sessionId] }]);

    await identity.authenticate(other.accessToken);
    expect((await sessions.getUserActiveSessions(userId)).map(({ id }) => id)).toEqual([other.sessionId]);
    await refresh(other.refreshToken);
  });

  test('is told from one that was never ours by its family alone, which nobody can guess', async () => {
    const { open, refresh, identity } = await prepare();
    const { refreshToken, accessToken } = await open();
    const secret = (): string => randomBytes(32).toString('base64url');
    for (const token of [secret(), `${secret()}.${secret()}`, `${secret()}.${refreshToken.split('.')[1]}`, `${refreshToken}x`, `${refreshToken}.${secret()}`]) {
      await expect(refresh(token)).rejects.toMatchObject(REFUSED);
    }
    await identity.authenticate(accessToken);
    await expect(refresh(`${refreshToken.split('.')[0]}.${secret()}`)).rejects.toMatchObject(REUSED);
  });

  test('also one of those that were given before tokens had two parts', async () => {
    const { open, refresh, identity, queries, pass } = await prepare();
    const { sessionId } = await open();
    const old = randomBytes(32).toString('base64url');
    const hash = (await import('./refresh-tokens.ts')).hashOf(old);
    await queries.updateTable('sessions').set({ family_hash: hash, refresh_hash: hash }).where('id', '=', sessionId).execute();
    const { refreshToken, accessToken } = await refresh(old);
    const next = await refresh(refreshToken);
    await identity.authenticate(accessToken);
    pass(11_000);
    await expect(refresh(old)).rejects.toMatchObject(REUSED);
    await expect(refresh(next.refreshToken)).rejects.toMatchObject(REFUSED);
  });
});

describe('[SE10] A used refresh token that comes again', () => {
  const IPV6 = { userAgent: 'test', ip: '2001:db8:0:1::1' };

  test.each([
    ['at once', CLIENT, CLIENT, 0],
    ['after ten seconds', CLIENT, CLIENT, 10_000],
    ['from a node whose clock is behind', CLIENT, CLIENT, -9000],
    ['from the same IPv6 network', IPV6, { ...IPV6, ip: '2001:db8:0:1:ffff::2' }, 1000],
  ])('from the same device %s gets the same successor', async (_when, first, second, ms) => {
    const { open, refresh, identity, pass } = await prepare();
    const { refreshToken, sessionId } = await open(first);
    const won = await refresh(refreshToken, first);
    pass(ms);
    const again = await refresh(refreshToken, second);
    expect(again.refreshToken).toBe(won.refreshToken);
    expect((await identity.authenticate(again.accessToken)).sessionId).toBe(sessionId);
    await refresh(again.refreshToken, second);
  });

  test.each([
    ['after more than ten seconds', CLIENT, 10_001, 0],
    ['from another program', { ...CLIENT, userAgent: 'other' }, 0, 0],
    ['from another address', { ...CLIENT, ip: '192.0.2.2' }, 0, 0],
    ['after its successor was used', CLIENT, 0, 1],
  ])('%s ends the session', async (_when, client, ms, uses) => {
    const { open, refresh, pass } = await prepare();
    const { refreshToken } = await open();
    let { refreshToken: latest } = await refresh(refreshToken);
    for (let use = 0; use < uses; use += 1) latest = (await refresh(latest)).refreshToken;
    pass(ms);
    await expect(refresh(refreshToken, client)).rejects.toMatchObject(REUSED);
    await expect(refresh(latest)).rejects.toMatchObject(REFUSED);
  });

  test('hides no theft: of two who hold one successor the second to use it ends the session', async () => {
    const { open, refresh, pass } = await prepare();
    const { refreshToken } = await open();
    const [owner, thief] = await Promise.all([refresh(refreshToken), refresh(refreshToken)]);
    expect(owner.refreshToken).toBe(thief.refreshToken);
    pass(14 * 60_000);
    const { refreshToken: stolen } = await refresh(thief.refreshToken);
    pass(60_000);
    await expect(refresh(owner.refreshToken)).rejects.toMatchObject(REUSED);
    await expect(refresh(stolen)).rejects.toMatchObject(REFUSED);
  });
});
