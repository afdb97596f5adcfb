import type { DirectMessage } from '@watchparty/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let people: TestUser[];
beforeAll(async () => {
  server = await startTestApp();
  const make = factoriesFor(server);
  people = await Promise.all(Array.from({ length: 4 }, () => make.user()));
});
afterAll(() => server.close());

const person = fc.integer({ min: 0, max: 3 });
const step = fc.record({
  what: fc.constantFrom('send', 'edit', 'delete', 'react', 'read'), by: person, to: person, nth: fc.nat(20),
});
/** Known to nobody but the two. */
const secretOf = (a: number, b: number): string => `between${Math.min(a, b)}and${Math.max(a, b)}`;

test('[DM4] [DM11] Whatever is done with whatever id, nobody is shown or changes what others write', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
    const written: DirectMessage[] = [];
    for (const { what, by, to, nth } of steps) {
      const [who, peer] = [people[by]!, people[to]!];
      const ask = (method: string, path: string, body?: object) => server.ask(method, `/api/messages${path}`, { token: who.token, ...(body && { body }) });
      const target = written[nth % Math.max(1, written.length)];
      const isTheirs = target !== undefined && [target.senderId, target.receiverId].every((id) => id === who.id || id === peer.id) && by !== to;
      if (what === 'send') {
        const { status, body } = await ask('POST', '/send', { receiverId: peer.id, content: secretOf(by, to), ...(target && { replyToId: target.id }) });
        if (status === 201) {
          expect(target === undefined || isTheirs).toBe(true);
          written.push(body.data);
        }
      } else if (what === 'read') {
        expect((await ask('POST', `/${peer.id}/read`, { seq: nth })).status).toBe(by === to ? 422 : 200);
      } else if (target !== undefined) {
        const at = `/${peer.id}/${target.id}`;
        const { status } = what === 'edit'
          ? await ask('PATCH', at, { content: `${secretOf(by, to)} edited` })
          : await ask(what === 'delete' ? 'DELETE' : 'PUT', what === 'delete' ? at : `${at}/reactions/${encodeURIComponent('👍')}`);
        if (status === 200) expect(isTheirs && (what === 'react' || target.senderId === who.id)).toBe(true);
      }
    }
    for (const [at, who] of people.entries()) {
      const others = people.flatMap((_, a) => people.map((_other, b) => [a, b] as const)).filter(([a, b]) => a !== at && b !== at && a < b);
      const answers = await Promise.all([
        '', '/search?q=between', ...people.filter((peer) => peer !== who).flatMap(({ id }) => [`/${id}`, `/${id}/changes?after=0`, `/${id}/conversation`]),
      ].map((path) => server.ask('GET', `/api/messages${path}`, { token: who.token })));
      const shown = JSON.stringify(answers.map(({ body }) => body));
      for (const [a, b] of others) expect(shown).not.toContain(secretOf(a, b));
    }
  }), { numRuns: 12 });
}, 120_000);
