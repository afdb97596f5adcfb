/**
 * Two viewers join a room, one of them starts the film, and how far they are apart is printed each second. Without a
 * screen: their players are simulated, everything else is what a web page does.
 *
 *     npm run example                                     against a server that it starts for itself
 *     npm run example -- --url https://party.example.org --seconds 60
 *
 * Against a server of yours it registers two users, and opens a room that it removes again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createHttpClient, createLiveClient, createMemoryTokenStore, type HttpClient } from '@watchparty/client';
import { type OwnServer, startOwnServer } from './own-server.ts';
import { createSimulatedPlayer } from './simulated-player.ts';

/** Somebody new, signed in, with the room open and a player that follows it. */
async function createViewer(baseUrl: string, name: string) {
  const tokens = createMemoryTokenStore();
  const http = createHttpClient({ baseUrl, tokens });
  const username = `${name}-${Math.random().toString(36).slice(2, 10)}`;
  await http.accounts.register({ username, email: `${username}@example.org`, password: crypto.randomUUID() });
  const live = createLiveClient({ baseUrl, tokens, http });
  const player = createSimulatedPlayer();

  return {
    http, live, player,
    async enter(roomId: number) {
      const room = live.joinRoom(roomId);
      await room.entered();
      const following = room.follow(player);
      return { room, following };
    },
    close() {
      live.close();
      player.close();
    },
  };
}

async function openRoom(http: HttpClient): Promise<{ readonly roomId: number; remove(): Promise<void> }> {
  const movie = await http.movies.create({ title: 'Two viewers', durationSeconds: 7200 });
  const room = await http.rooms.create({ name: 'Two viewers', movieId: movie.id });
  return {
    roomId: room.id,
    async remove() {
      await http.rooms.remove(room.id);
      await http.movies.remove(movie.id);
    },
  };
}

const ms = (value: number | null | undefined): string => `${value === null || value === undefined ? '?' : value.toFixed(1)} ms`;

async function watchTogether(url: string, seconds: number): Promise<void> {
  const [ann, ben] = [await createViewer(url, 'ann'), await createViewer(url, 'ben')];
  const { roomId, remove } = await openRoom(ann.http);
  try {
    const [host, guest] = [await ann.enter(roomId), await ben.enter(roomId)];
    await host.room.command({ action: 'play', position: 60 });
    for (let second = 1; second <= seconds; second += 1) {
      await sleep(1000);
      const skewMs = (ann.player.position - ben.player.position) * 1000;
      const [a, b] = [host.following.status, guest.following.status];
      process.stdout.write(
        `${String(second).padStart(3)} s  skew ${ms(Math.abs(skewMs)).padStart(9)}   ann ${ann.player.position.toFixed(3)} s ${a?.state} ` +
        `(drift ${ms(a?.driftMs)})   ben ${ben.player.position.toFixed(3)} s ${b?.state} (drift ${ms(b?.driftMs)}, round trip ${ms(ben.live.clock.reading().rttMs)})\n`,
      );
    }
    for (const { following } of [host, guest]) following.close();
  } finally {
    await remove();
    for (const viewer of [ann, ben]) viewer.close();
  }
}

const { values } = parseArgs({ options: { url: { type: 'string' }, seconds: { type: 'string', default: '15' } } });
const server: OwnServer = values.url === undefined ? await startOwnServer() : { url: values.url, close: () => Promise.resolve() };
try {
  await watchTogether(server.url, Number(values.seconds));
} finally {
  await server.close();
}
