import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Event, EventVisibility } from '@watchparty/protocol';
import { startTestApp, type TestApp } from '../../../test/app.ts';
import { factoriesFor, type TestUser } from '../../../test/factories.ts';

let server: TestApp;
let people: TestUser[];
beforeAll(async () => {
  server = await startTestApp();
  const make = factoriesFor(server);
  people = [await make.user(), await make.user(), await make.user(), await make.user()];
  // The first to register administers, and sees everything.
  people.shift();
});
afterAll(() => server.close());

const VISIBILITIES: readonly EventVisibility[] = ['public', 'friends', 'private'];
const PLACE = { lat: -54.8, lng: -68.3 };

type Step =
  | { readonly do: 'befriend' | 'part' | 'block' | 'unblock' | 'invite' | 'uninvite' | 'going' | 'declined' | 'withdraw' | 'look'; readonly who: number }
  | { readonly do: 'show'; readonly visibility: EventVisibility };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    do: fc.constantFrom('befriend', 'befriend', 'part', 'block', 'unblock', 'invite', 'uninvite', 'going', 'going', 'declined', 'withdraw', 'look'),
    who: fc.integer({ min: 1, max: 2 }),
  }),
  fc.record({ do: fc.constant('show' as const), visibility: fc.constantFrom(...VISIBILITIES) }),
);

const ask = (user: TestUser | undefined, method: string, path: string, body?: object) =>
  server.ask(method, `/api${path}`, { token: user?.token, ...(body && { body }) });

/** What one person is to the owner and to the event, by the rules alone. */
interface Tie {
  friend: boolean;
  blocked: boolean;
  invited: boolean;
  answer: 'going' | 'declined' | null;
}

async function play(visibility: EventVisibility, steps: readonly Step[]): Promise<void> {
  const owner = people[0]!;
  const event: Event = (await ask(owner, 'POST', '/events', {
    title: 'Hidden', startsAt: new Date(Date.now() + 48 * 3_600_000).toISOString(), visibility, location: PLACE,
  })).body.data;
  const { id } = event;
  let shown = visibility;
  const ties = new Map([1, 2].map((n): [number, Tie] => [n, { friend: false, blocked: false, invited: false, answer: null }]));
  const takesPart = ({ friend, blocked, invited, answer }: Tie): boolean =>
    !blocked && (shown === 'public' || invited || answer !== null || (shown === 'friends' && friend));
  const part = (tie: Tie, blocked: boolean): void => {
    if (blocked) tie.invited = false;
    if (blocked || (shown === 'friends' && !tie.invited)) tie.answer = null;
    tie.friend = false;
  };

  const act: Readonly<Record<Exclude<Step['do'], 'show' | 'look'>, (user: TestUser, tie: Tie) => Promise<void>>> = {
    async befriend(user, tie) {
      if (tie.friend || tie.blocked) return;
      // As if they had asked and accepted: how often one may ask is another matter.
      await server.app.write(async (tx, effects) => {
        await tx.insertInto('friendships').values([
          { user_id: owner.id, friend_id: user.id, created_at: new Date() }, { user_id: user.id, friend_id: owner.id, created_at: new Date() },
        ]).execute();
        effects.add({ kind: 'cache.invalidated', payload: { tags: [`friends:${owner.id}`, `friends:${user.id}`] } });
      });
      tie.friend = true;
    },
    async part(user, tie) {
      if (tie.friend) {
        expect((await ask(user, 'DELETE', `/friends/${owner.id}`)).status).toBe(200);
        part(tie, false);
      }
    },
    async block(user, tie) {
      expect((await ask(owner, 'POST', `/friends/blocks/${user.id}`)).status).toBeLessThan(300);
      part(tie, true);
      tie.blocked = true;
    },
    async unblock(user, tie) {
      if (tie.blocked) expect((await ask(owner, 'DELETE', `/friends/blocks/${user.id}`)).status).toBe(200);
      tie.blocked = false;
    },
    async invite(user, tie) {
      const { status } = await ask(owner, 'POST', `/events/${id}/invitations`, { userIds: [user.id] });
      expect(status).toBe(tie.friend ? 201 : 422);
      tie.invited ||= tie.friend;
    },
    async uninvite(user, tie) {
      await ask(owner, 'DELETE', `/events/${id}/invitations/${user.id}`);
      if (tie.invited && shown !== 'public' && !(shown === 'friends' && tie.friend)) tie.answer = null;
      tie.invited = false;
    },
    going: (user, tie) => reply(user, tie, 'going'),
    declined: (user, tie) => reply(user, tie, 'declined'),
    withdraw: (user, tie) => reply(user, tie, null),
  };
  async function reply(user: TestUser, tie: Tie, status: Tie['answer']): Promise<void> {
    const served = takesPart(tie);
    const { status: code } = status === null
      ? await ask(user, 'DELETE', `/events/${id}/rsvp`) : await ask(user, 'POST', `/events/${id}/rsvp`, { status });
    expect(code).toBe(served ? 200 : 404);
    if (served) tie.answer = status;
  }

  async function check(): Promise<void> {
    const lists = async (user: TestUser | undefined, path: string): Promise<boolean> =>
      (await ask(user, 'GET', path)).body.data.items.some((one: Event) => one.id === id);
    // Whoever may see it fills the cache first.
    expect((await ask(owner, 'GET', `/events/${id}`)).status).toBe(200);
    await ask(owner, 'GET', `/users/${owner.id}/events?limit=100`);
    const open = shown === 'public' ? 200 : 404;
    for (const path of [`/events/${id}`, `/events/${id}.ics`]) expect((await ask(undefined, 'GET', path)).status, path).toBe(open);
    for (const [n, tie] of ties) {
      const user = people[n]!;
      const may = takesPart(tie);
      const where = JSON.stringify({ n, shown, ...tie });
      for (const path of [`/events/${id}`, `/events/${id}.ics`]) {
        expect((await ask(user, 'GET', path)).status, `${path} ${where}`).toBe(shown === 'public' || may ? 200 : 404);
      }
      for (const path of [`/events/${id}/attendees`, `/events/${id}/rsvp`]) {
        expect((await ask(user, 'GET', path)).status, `${path} ${where}`).toBe(may ? 200 : 404);
      }
      const inPublic = shown === 'public' && !tie.blocked;
      expect(await lists(user, '/events?limit=100'), `upcoming ${where}`).toBe(inPublic);
      expect(await lists(user, '/events?scope=friends&limit=100'), `friends ${where}`).toBe(tie.friend && !tie.blocked && shown !== 'private');
      expect(await lists(user, '/events?scope=mine&limit=100'), `mine ${where}`)
        .toBe(!tie.blocked && (tie.answer === 'going' || (tie.invited && tie.answer !== 'declined')));
      for (let time = 0; time < 2; time += 1) {
        expect(await lists(user, `/users/${owner.id}/events?limit=100`), `user's ${where}`)
          .toBe(inPublic || (shown === 'friends' && tie.friend && !tie.blocked));
      }
    }
  }

  await check();
  for (const one of steps) {
    if (one.do === 'show') {
      await ask(owner, 'PATCH', `/events/${id}`, { visibility: one.visibility });
      shown = one.visibility;
    } else if (one.do !== 'look') {
      await act[one.do](people[one.who]!, ties.get(one.who)!);
    }
    await check();
  }
  for (const [n, tie] of ties) {
    if (tie.friend) await act.part(people[n]!, tie);
    if (tie.blocked) await act.unblock(people[n]!, tie);
  }
  await ask(owner, 'DELETE', `/events/${id}`);
}

test('[EV1] [EV2] [EV7] [EI2] [EP1] Whatever happens between people, nobody sees what is not for them, by whatever way', async () => {
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...VISIBILITIES), fc.array(step, { minLength: 3, maxLength: 10 }), play),
    { numRuns: process.env['WATCHPARTY_DEEP'] === '1' ? 100 : 5 },
  );
}, 300_000);

test('[EV1] [EP1] What a friend has warmed the cache with is gone for who is a friend no more, and never there for a stranger', async () => {
  await expect(play('friends', [
    { do: 'befriend', who: 1 }, { do: 'going', who: 1 }, { do: 'part', who: 1 }, { do: 'befriend', who: 1 }, { do: 'going', who: 1 },
    { do: 'block', who: 1 }, { do: 'unblock', who: 1 }, { do: 'show', visibility: 'private' }, { do: 'going', who: 2 },
    { do: 'show', visibility: 'public' }, { do: 'going', who: 2 }, { do: 'block', who: 2 }, { do: 'going', who: 2 }, { do: 'unblock', who: 2 },
    { do: 'going', who: 2 }, { do: 'show', visibility: 'private' }, { do: 'withdraw', who: 2 },
  ])).resolves.toBeUndefined();
}, 60_000);
