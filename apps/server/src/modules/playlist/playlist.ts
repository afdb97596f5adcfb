import {
  type MovePlaylistItemBody, type Playlist, playlistChanged as playlistIsNow, type PlaylistItem, PLAYLIST_ITEMS,
  PLAYLIST_ITEMS_PER_PERSON, type PlaylistSettingsBody,
} from '@watchparty/protocol';
import type { Queries, Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Clock } from '../../kernel/clock.ts';
import { uuidv7 } from '../../kernel/ids.ts';
import { broadcasted } from '../../kernel/live.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import type { PlayableMovies, Rooms } from '../rooms/index.ts';
import { createAdvance, endOf, hasEnded } from './advance.ts';
import { type CallsDeps, createCalls } from './calls.ts';
import { moved } from './order.ts';
import { playlistChanged } from './playlist.cache.ts';
import { isHost, mayAdd, mayRead, mayRemove } from './playlist.policy.ts';
import * as repo from './playlist.repo.ts';
import { playlistView } from './playlist.views.ts';

export interface PlaylistDeps extends Omit<CallsDeps, 'advance'> {
  readonly queries: Queries;
  readonly rooms: Pick<Rooms, 'readerStanding' | 'nextFilm'>;
  readonly movies: Pick<PlayableMovies, 'find'>;
  readonly clock: Clock;
}

export type Playlists = ReturnType<typeof createPlaylists>;

/** What plays next in rooms. Each change is made under the room's lock, as playback's are: one at a time. */
export function createPlaylists(deps: PlaylistDeps) {
  const { queries, rooms, movies, clock } = deps;
  const now = (): Date => new Date(clock.now());

  async function load(tx: Tx, roomId: number): Promise<Playlist> {
    return playlistView(roomId, await repo.settings(tx, roomId), await repo.items(tx, roomId));
  }

  /** Under the room's lock: counts the change, tells of it, and answers the playlist as it is then. PL4 */
  async function changed(tx: Tx, effects: Effects, roomId: number, settings?: Parameters<typeof repo.change>[2]): Promise<Playlist> {
    await repo.change(tx, roomId, settings);
    const playlist = await load(tx, roomId);
    effects.add(playlistChanged(roomId));
    effects.add(broadcasted(`room:${roomId}`, playlistIsNow, playlist));
    return playlist;
  }

  const advance = createAdvance({ rooms, changed });

  async function requireReader(actor: Actor, roomId: number): Promise<void> {
    if (!mayRead(await rooms.readerStanding(actor, roomId))) throw new Problem('rooms.not_participant');
  }

  async function itemOf(tx: Tx, roomId: number, itemId: string): Promise<repo.ItemRow> {
    const item = (await repo.items(tx, roomId)).find(({ id }) => id === itemId);
    if (item === undefined) throw new Problem('playlist.item_not_found');
    return item;
  }

  return {
    ...createCalls({ ...deps, advance }),

    /** Throws unless the actor may read the room's playlist. PL2 */
    requireReader,

    async read(roomId: number): Promise<Playlist> {
      const { settings, items } = await repo.read(queries, roomId);
      return playlistView(roomId, settings, items);
    },

    /**
     * At the end. Where a film has ended and nothing came after it, this one begins at once, and its item is answered all
     * the same. PL2, PL5
     */
    async add(write: Write, actor: Actor, roomId: number, movieId: number): Promise<PlaylistItem> {
      await requireReader(actor, roomId);
      if ((await movies.find(movieId, actor)) === null) throw movieGone();
      try {
        return await write(async (tx, effects) => {
          const { role, timeline } = await rooms.nextFilm.lockAs(tx, roomId, actor);
          const { adds } = await repo.settings(tx, roomId);
          if (!mayAdd(role, adds)) throw new Problem('playlist.not_host');
          const items = await repo.items(tx, roomId);
          if (items.length >= PLAYLIST_ITEMS) throw new Problem('playlist.full');
          const own = items.filter(({ added_by }) => added_by === actor.userId).length;
          if (!isHost(role) && own >= PLAYLIST_ITEMS_PER_PERSON) throw new Problem('playlist.share_exhausted');
          const id = uuidv7(clock.now());
          await repo.add(tx, { id, roomId, movieId, addedBy: actor.userId, now: now() });
          const item = (await changed(tx, effects, roomId)).items.find((one) => one.id === id)!;
          if (hasEnded(await endOf(tx, timeline), clock.now())) await advance(tx, effects, roomId);
          return item;
        });
      } catch (error) {
        throw repo.isMovieGone(error) ? movieGone(error) : error;
      }
    },

    /** Again it changes nothing and succeeds. PL2 */
    async remove(write: Write, actor: Actor, roomId: number, itemId: string): Promise<Playlist> {
      return write(async (tx, effects) => {
        const { role } = await rooms.nextFilm.lockAs(tx, roomId, actor);
        const item = (await repo.items(tx, roomId)).find(({ id }) => id === itemId);
        if (item === undefined) return load(tx, roomId);
        if (!mayRemove(role, actor.userId, item.added_by)) throw new Problem('playlist.not_host');
        await repo.remove(tx, itemId);
        return changed(tx, effects, roomId);
      });
    },

    /** PL3 */
    async move(
      write: Write, actor: Actor, roomId: number, itemId: string, { beforeId, version }: MovePlaylistItemBody,
    ): Promise<Playlist> {
      return write(async (tx, effects) => {
        const { role } = await rooms.nextFilm.lockAs(tx, roomId, actor);
        if (!isHost(role)) throw new Problem('playlist.not_host');
        const before = await repo.settings(tx, roomId);
        if (version !== undefined && version !== before.version) throw new Problem('playlist.version_conflict');
        const ids = (await repo.items(tx, roomId)).map(({ id }) => id);
        const order = moved(ids, itemId, beforeId);
        if (order === undefined) throw new Problem('playlist.item_not_found');
        if (order.every((id, at) => id === ids[at])) return load(tx, roomId);
        await repo.place(tx, order);
        return changed(tx, effects, roomId);
      });
    },

    /** One per person and film; without `on` the other of what is, again it changes nothing. PL6 */
    async vote(write: Write, actor: Actor, roomId: number, itemId: string, on?: boolean): Promise<Playlist> {
      const { userId } = actor;
      return write(async (tx, effects) => {
        await rooms.nextFilm.lockAs(tx, roomId, actor);
        const item = await itemOf(tx, roomId, itemId);
        const gives = on ?? !item.voter_ids.includes(userId);
        const changes = gives ? await repo.vote(tx, itemId, userId, now()) : await repo.unvote(tx, itemId, userId);
        return changes ? changed(tx, effects, roomId) : load(tx, roomId);
      });
    },

    /** PL1, PL2 */
    async change(
      write: Write, actor: Actor, roomId: number, { playlistOrder, playlistAdds }: PlaylistSettingsBody,
    ): Promise<Playlist> {
      return write(async (tx, effects) => {
        const { role } = await rooms.nextFilm.lockAs(tx, roomId, actor);
        if (!isHost(role)) throw new Problem('playlist.not_host');
        return changed(tx, effects, roomId, {
          ...(playlistOrder !== undefined && { sorting: playlistOrder }),
          ...(playlistAdds !== undefined && { adds: playlistAdds }),
        });
      });
    },

    /** The movie goes away: called in its transaction, before the row is removed. PL8 */
    async movieRemoved(tx: Tx, effects: Effects, movieId: number): Promise<void> {
      const roomIds = await repo.roomsWith(tx, movieId);
      for (const roomId of roomIds) await rooms.nextFilm.lockTimeline(tx, roomId);
      await repo.removeMovie(tx, movieId);
      for (const roomId of roomIds) await changed(tx, effects, roomId);
    },
  };
}

const movieGone = (cause?: unknown): Problem =>
  new Problem('rooms.movie_not_found', { errors: [{ field: '/body/movieId', message: 'is not a movie you can see' }], cause });
