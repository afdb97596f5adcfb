import type { PatchRoomBody, Room, RoomBody } from '@watchparty/protocol';
import type { Tx } from '../../db/index.ts';
import type { Actor } from '../../kernel/actor.ts';
import type { Reads } from '../../kernel/cache-policy.ts';
import type { Log } from '../../kernel/log.ts';
import { type PageOf, pageOf, type PageRequest } from '../../kernel/page.ts';
import { Problem } from '../../kernel/problem.ts';
import type { Effects, Write } from '../../kernel/write.ts';
import type { MailDelivery } from '../../mail/index.ts';
import type { Notices } from '../notices/index.ts';
import { createHolding } from './holding.ts';
import type { AttendanceBook } from './attendance.ts';
import { createInvitations } from './invitations.ts';
import { createInvites } from './invites.ts';
import { createJoining, type JoiningDeps } from './joining.ts';
import * as participants from './participants.repo.ts';
import { createNextFilm } from './next-film.ts';
import { createOpening } from './opening.ts';
import { createPeople } from './people.ts';
import { loaded } from './playback.ts';
import { createSuccession } from './succession.ts';
import type { WaitSettings } from './waiting.ts';
import { createRoomPlayback, type PlayableMovies } from './room-playback.ts';
import { recordPeople, recordWatched } from './room-days.repo.ts';
import { roomChanged } from './rooms.cache.ts';
import { addEverybodyGone, addMoved, addPlayback } from './rooms.effects.ts';
import { mayManage, mayRemoveRoom, maySee, type Standing } from './rooms.policy.ts';
import * as repo from './rooms.repo.ts';
import { roomView, timelineColumns, timelineOf } from './rooms.views.ts';
import { lockSeen, look, lookToRead, type ReaderStanding } from './standing.ts';
import { recordJoins } from './watching.repo.ts';

export interface RoomsDeps extends Omit<JoiningDeps, 'invites' | 'succession'> {
  readonly publicUrl: string;
  readonly log: Log;
  readonly delivery: Pick<MailDelivery, 'shown'>;
  readonly notices: Pick<Notices, 'notify'>;
  readonly movies: PlayableMovies;
  readonly reads: Reads;
  readonly attendance: AttendanceBook;
  readonly waits: WaitSettings;
  /** Events take place in rooms; asked before a room is removed, under its lock. */
  readonly events: { roomRemoved(tx: Tx, effects: Effects, roomId: number): Promise<void> };
}

export interface RoomStanding extends Standing {
  readonly hasPassword: boolean;
}

export type Rooms = ReturnType<typeof createRooms>;

/** Enough for friends; a host who wants a hall sets it. */
export const DEFAULT_MAX_PARTICIPANTS = 50;

export function createRooms(deps: RoomsDeps) {
  const { queries, passwords, clock } = deps;
  const now = (): Date => new Date(clock.now());
  const playback = createRoomPlayback(deps);
  const invites = createInvites(deps);
  const succession = createSuccession(deps);

  /** Columns of the fields that are given. The password is hashed here, before any lock is held. */
  async function columnsOf(body: PatchRoomBody): Promise<repo.RoomChanges> {
    return {
      ...(body.name !== undefined && { name: body.name }),
      ...(body.description !== undefined && { description: body.description }),
      ...(body.isPrivate !== undefined && { is_private: body.isPrivate }),
      ...(body.isActive !== undefined && { is_active: body.isActive }),
      ...(body.maxParticipants !== undefined && { max_participants: body.maxParticipants }),
      ...(body.playbackControl !== undefined && { playback_control: body.playbackControl }),
      ...(body.readyGate !== undefined && { ready_gate: body.readyGate }),
      ...(body.waitForSlow !== undefined && { wait_for_slow: body.waitForSlow }),
      ...(body.password !== undefined && {
        password_hash: body.password === null ? null : await passwords.hash(body.password),
      }),
    };
  }

  async function change(write: Write, actor: Actor, id: number, body: PatchRoomBody): Promise<Room> {
    const before = await look(queries, id, actor);
    if (!mayManage(before.standing)) throw new Problem('rooms.not_host');
    if (body.movieId !== before.row.movie_id) await playback.requireMovie(body.movieId, actor);
    const columns = await columnsOf(body);
    return playback.unlessMovieGone(write(async (tx, effects) => {
      const { row, standing } = await lockSeen(tx, id, actor);
      if (!mayManage(standing)) throw new Problem('rooms.not_host');
      if ((body.maxParticipants ?? Infinity) < row.participant_count) throw new Problem('rooms.too_few_places');
      addMoved(effects, id);
      const movieChanges = body.movieId !== undefined && body.movieId !== row.movie_id;
      if (movieChanges && row.playback_playing) await recordWatched(tx, { roomIds: [id], now: now() });
      const timeline = movieChanges
        ? { ...timelineColumns(loaded(timelineOf(row), body.movieId!, clock.now())), playback_by: actor.userId } : {};
      const changed = await repo.update(tx, id, { ...columns, ...timeline, updated_at: now(), last_activity_at: now() });
      if (movieChanges) addPlayback(effects, changed);
      if (row.is_active && !changed.is_active) addEverybodyGone(effects, id, 'closed');
      return roomView(changed);
    }));
  }

  return {
    ...createJoining({ ...deps, invites, succession }),
    ...createInvitations({ ...deps, invites }),
    ...createPeople({ ...deps, succession }),
    ...createHolding(deps),
    ...createOpening({ ...deps, invites }),
    nextFilm: createNextFilm(deps),
    playback: playback.playback,
    command: playback.command,
    movieRemoved: playback.movieRemoved,

    async create(write: Write, actor: Actor, body: RoomBody): Promise<Room> {
      await playback.requireMovie(body.movieId, actor);
      const passwordHash = body.password == null ? null : await passwords.hash(body.password);
      return playback.unlessMovieGone(write(async (tx, effects) => {
        const row = await repo.insert(tx, {
          name: body.name,
          description: body.description ?? '',
          movie_id: body.movieId ?? null,
          owner_id: actor.userId,
          is_private: body.isPrivate ?? false,
          password_hash: passwordHash,
          max_participants: body.maxParticipants ?? DEFAULT_MAX_PARTICIPANTS,
          playback_control: body.playbackControl ?? 'hosts',
          ready_gate: body.readyGate ?? false,
          wait_for_slow: body.waitForSlow ?? true,
          participant_count: 1,
          playback_at: clock.now(),
        });
        await participants.add(tx, row.id, actor.userId, 'host', now());
        await recordPeople(tx, row.id, { people: 1, joins: 1, now: now() });
        await recordJoins(tx, [actor.userId], now());
        effects.add(roomChanged(row.id));
        return roomView(row);
      }));
    },

    async list(page: PageRequest): Promise<PageOf<Room>> {
      const { rows, total } = await repo.listPublic(queries, page);
      return pageOf(rows.map(roomView), total, page);
    },

    async listMine(actor: Actor, page: PageRequest): Promise<PageOf<Room>> {
      const { rows, total } = await repo.listOf(queries, actor.userId, page);
      return pageOf(rows.map(roomView), total, page);
    },

    /** The room as anybody sees it who may; who may is asked apart, by `mayServe`. */
    async view(id: number): Promise<Room> {
      const row = await repo.find(queries, id);
      if (row === undefined) throw new Problem('rooms.not_found');
      return roomView(row);
    },

    /** Throws unless the actor may see this room. RO1 */
    async mayServe(actor: Actor | undefined, { id, ownerId, isPrivate }: Pick<Room, 'id' | 'ownerId' | 'isPrivate'>): Promise<void> {
      if (maySee({ actor, role: undefined, ownerId, isPrivate })) return;
      if (actor === undefined) throw new Problem('rooms.not_found');
      await lookToRead(deps, id, actor);
    },

    /** For reading what lives in a room: who the actor is there, from the cache. RO1 */
    readerStanding: (actor: Actor, id: number): Promise<ReaderStanding> => lookToRead(deps, id, actor),

    /** Changes what is given and nothing else. */
    patch: change,

    /** Replaces the settings: what is left out returns to its default. */
    put: (write: Write, actor: Actor, id: number, body: RoomBody & { isActive?: boolean }): Promise<Room> =>
      change(write, actor, id, {
        description: '', movieId: null, isPrivate: false, password: null, maxParticipants: DEFAULT_MAX_PARTICIPANTS,
        playbackControl: 'hosts', readyGate: false, waitForSlow: true, ...body,
      }),

    async remove(write: Write, actor: Actor, id: number): Promise<void> {
      await write(async (tx, effects) => {
        addMoved(effects, id);
        addEverybodyGone(effects, id, 'removed');
        const { row, standing } = await lockSeen(tx, id, actor);
        if (!mayRemoveRoom(standing)) throw new Problem('rooms.not_owner');
        if (row.playback_playing) await recordWatched(tx, { roomIds: [id], now: now() });
        await deps.events.roomRemoved(tx, effects, id);
        await repo.remove(tx, id);
      });
    },

    isInRoomPlaying: (userId: number, movieId: number) => repo.isInRoomPlaying(queries, userId, movieId),

    /** For what else lives in a room, such as its chat: who the actor is there. */
    async standing(actor: Actor | undefined, id: number): Promise<RoomStanding> {
      const { row, standing } = await look(queries, id, actor);
      return { ...standing, hasPassword: row.password_hash !== null };
    },
  };
}
