import type { Actor } from '../../kernel/actor.ts';
import type { App } from '../compose.ts';
import type { PersonName } from './cast.ts';
import { EVENTS } from './gatherings.ts';

const DAY_MS = 24 * 60 * 60 * 1000;

/** Makes friends of Ann and Boris, and events around a few cities. `rooms`: their ids by name. */
export async function createGatherings(
  app: App, actors: Readonly<Record<PersonName, Actor>>, rooms: ReadonlyMap<string, number>,
): Promise<void> {
  const request = await app.friends.send(app.write, actors.ann, actors.boris.userId);
  await app.friends.accept(app.write, actors.boris, request.id);
  for (const { owner, inDays, at, until, room, answers = {}, ...event } of EVENTS) {
    const day = new Date(Date.now() + inDays * DAY_MS).toISOString().slice(0, 10);
    const roomId = room === undefined ? undefined : rooms.get(room);
    const { id } = await app.events.create(app.write, actors[owner], {
      ...event, startsAtLocal: `${day}T${at}`, ...(until !== undefined && { endsAtLocal: `${day}T${until}` }),
      ...(roomId !== undefined && { roomId, opensRoom: true }),
    });
    for (const [name, status] of Object.entries(answers)) await app.events.rsvp(actors[name as PersonName], id, { status });
  }
}
