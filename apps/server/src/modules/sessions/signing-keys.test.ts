import { createHmac, randomBytes } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import { createSessions } from './index.ts';
import { prepare } from './test/prepare.ts';

type Head = { kid?: string };
const headOf = (token: string): Head => JSON.parse(Buffer.from(token.split('.')[0]!, 'base64url').toString());

/** What the token says, under another head, signed with this secret. */
function resign(token: string, head: object, secret: Uint8Array): string {
  const body = `${Buffer.from(JSON.stringify(head)).toString('base64url')}.${token.split('.')[1]}`;
  return `${body}.${createHmac('sha256', secret).update(body).digest('base64url')}`;
}

test('[SE17] After a change of secrets what the earlier one has signed holds, if it is named', async () => {
  const { deps, open } = await prepare();
  const old = deps.secret;
  const next = randomBytes(32);
  const { accessToken } = await open();
  const { kid, ...nameless } = headOf(accessToken);
  const nodeWith = (previousSecrets: readonly Uint8Array[]) => {
    const sessions = createSessions({ ...deps, secret: next, previousSecrets });
    onTestFinished(() => sessions.close());
    return async (token: string) => (await sessions.validateSession(token)).valid;
  };
  const [knowing, forgetful] = [nodeWith([randomBytes(32), old]), nodeWith([])];

  expect([await knowing(accessToken), await forgetful(accessToken)]).toEqual([true, false]);
  const sessions = createSessions({ ...deps, secret: next });
  onTestFinished(() => sessions.close());
  const fresh = await sessions.renewAccess((await sessions.identity.authenticate(resign(accessToken, nameless, next))));
  expect(headOf(fresh).kid).not.toBe(kid);
  for (const holds of [knowing, forgetful]) {
    expect(await holds(fresh)).toBe(true);
    // From before keys had names: the current one.
    expect(await holds(resign(accessToken, nameless, next))).toBe(true);
    expect(await holds(resign(accessToken, nameless, old))).toBe(false);
    // One secret under the other's name.
    expect(await holds(resign(accessToken, { ...nameless, kid }, next))).toBe(false);
    expect(await holds(resign(accessToken, headOf(fresh), old))).toBe(false);
  }
});
