import type { Player } from './waiting.ts';

/** Whether somebody has a room open, and how their player gets along (undefined: it has not said). */
export interface Attendance {
  readonly online: boolean;
  readonly player: Player | undefined;
}

/** Somebody who has a room open. */
export interface Attendee {
  readonly userId: number;
  readonly username: string;
  /** Null: their player has not said anything. */
  readonly player: Player | null;
}

/**
 * `figures`: only drift and round trip. `player`: what somebody may wait for. `online`: came, or went.
 */
export type AttendanceChange = 'online' | 'player' | 'figures';
export type AttendanceListener = (roomId: number, userId: number, change: AttendanceChange) => void;

interface Here extends Attendee {
  /** One, most of the time: a set for each person would take as much as all else that is kept of them. */
  readonly connections: string[];
  /** Which of them spoke last. */
  readonly speaker: string | undefined;
  /** Since when their player has lacked data; undefined: it has them. */
  readonly bufferingSinceMs: number | undefined;
}

export interface SlowPerson extends Attendee {
  readonly bufferingSinceMs: number;
}

type Rooms<P> = Map<number, Map<number, P>>;

/** Who has which room open: on this node by its connections, on the others as they say. In memory alone. LR5 */
export class AttendanceBook {
  readonly #here: Rooms<Here> = new Map();
  readonly #elsewhere = new Map<string, Rooms<Attendee>>();
  readonly #listeners = new Set<AttendanceListener>();

  listen(listener: AttendanceListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A connection of this node opens the room; again changes nothing. */
  arrive(roomId: number, { userId, username }: Pick<Attendee, 'userId' | 'username'>, connection: string): void {
    const people = this.#here.get(roomId) ?? new Map<number, Here>();
    this.#here.set(roomId, people);
    const known = people.get(userId);
    if (known !== undefined) {
      if (!known.connections.includes(connection)) known.connections.push(connection);
      return;
    }
    people.set(userId, {
      userId, username, player: null, connections: [connection], speaker: undefined, bufferingSinceMs: undefined,
    });
    this.#tell(roomId, userId, 'online');
  }

  /** It does not have it open any more; answers whether that was the person's last one here. */
  depart(roomId: number, userId: number, connection: string): boolean {
    const people = this.#here.get(roomId);
    const person = people?.get(userId);
    const index = person?.connections.indexOf(connection) ?? -1;
    if (people === undefined || person === undefined || index < 0) return false;
    person.connections.splice(index, 1);
    if (person.connections.length > 0) {
      // What another connection's player does, nobody knows yet.
      if (person.speaker === connection) {
        people.set(userId, { ...person, player: null, speaker: undefined, bufferingSinceMs: undefined });
        this.#tell(roomId, userId, 'player');
      }
      return false;
    }
    people.delete(userId);
    if (people.size === 0) this.#here.delete(roomId);
    this.#tell(roomId, userId, 'online');
    return true;
  }

  /** False when the connection does not have the room open. */
  report(roomId: number, userId: number, connection: string, player: Player, nowMs: number): boolean {
    const people = this.#here.get(roomId);
    const person = people?.get(userId);
    if (people === undefined || person?.connections.includes(connection) !== true) return false;
    const bufferingSinceMs = player.buffering ? (person.bufferingSinceMs ?? nowMs) : undefined;
    people.set(userId, { ...person, player, speaker: connection, bufferingSinceMs });
    const change = changeOf(person.player, player);
    if (change !== undefined) this.#tell(roomId, userId, change);
    return true;
  }

  of(roomId: number, userId: number): Attendance {
    let online = false;
    for (const people of this.#sources(roomId)) {
      const person = people.get(userId);
      if (person?.player != null) return { online: true, player: person.player };
      online ||= person !== undefined;
    }
    return { online, player: undefined };
  }

  /** All who have the room open, each once. */
  everybody(roomId: number): Attendee[] {
    const all = new Map<number, Attendee>();
    for (const people of this.#sources(roomId)) {
      for (const person of people.values()) if (all.get(person.userId)?.player == null) all.set(person.userId, person);
    }
    return [...all.values()];
  }

  /** Whose players on this node lack data. */
  slowHere(roomId: number): SlowPerson[] {
    return [...(this.#here.get(roomId)?.values() ?? [])].filter(
      (person): person is Here & SlowPerson => person.bufferingSinceMs !== undefined && person.player?.free !== true,
    );
  }

  roomsHere(): Iterable<number> {
    return this.#here.keys();
  }

  here(roomId: number): readonly Attendee[] {
    return [...(this.#here.get(roomId)?.values() ?? [])];
  }

  connectionsHere(roomId: number): { readonly userId: number; readonly connections: readonly string[] }[] {
    return [...(this.#here.get(roomId)?.values() ?? [])].map(({ userId, connections }) => ({ userId, connections: [...connections] }));
  }

  hereIn(roomId: number, userId: number): Attendee | undefined {
    return this.#here.get(roomId)?.get(userId);
  }

  /** What another node says of one room: these people are there like this, those are not any more. */
  heard(node: string, roomId: number, people: readonly Attendee[], gone: readonly number[]): void {
    const rooms: Rooms<Attendee> = this.#elsewhere.get(node) ?? new Map();
    this.#elsewhere.set(node, rooms);
    const known = rooms.get(roomId) ?? new Map<number, Attendee>();
    rooms.set(roomId, known);
    for (const person of people) {
      const before = known.get(person.userId);
      known.set(person.userId, person);
      const change = before === undefined ? 'online' : changeOf(before.player, person.player);
      if (change !== undefined) this.#tell(roomId, person.userId, change);
    }
    for (const userId of gone) if (known.delete(userId)) this.#tell(roomId, userId, 'online');
    if (known.size === 0) rooms.delete(roomId);
  }

  /** Another node says all that there is: whom it does not name, it does not have. */
  heardAll(node: string, rooms: readonly { readonly roomId: number; readonly people: readonly Attendee[] }[]): void {
    const named = new Map(rooms.map(({ roomId, people }) => [roomId, new Set(people.map(({ userId }) => userId))]));
    for (const [roomId, people] of this.#elsewhere.get(node) ?? []) {
      this.heard(node, roomId, [], [...people.keys()].filter((userId) => named.get(roomId)?.has(userId) !== true));
    }
    for (const { roomId, people } of rooms) this.heard(node, roomId, people, []);
    if (!this.#elsewhere.has(node)) this.#elsewhere.set(node, new Map());
  }

  knows(node: string): boolean {
    return this.#elsewhere.has(node);
  }

  /** The node is gone, and all whom only it had. */
  forget(node: string): void {
    const rooms = this.#elsewhere.get(node);
    this.#elsewhere.delete(node);
    for (const [roomId, people] of rooms ?? []) for (const userId of people.keys()) this.#tell(roomId, userId, 'online');
  }

  *#sources(roomId: number): Iterable<ReadonlyMap<number, Attendee>> {
    const here = this.#here.get(roomId);
    if (here !== undefined) yield here;
    for (const rooms of this.#elsewhere.values()) {
      const there = rooms.get(roomId);
      if (there !== undefined) yield there;
    }
  }

  #tell(roomId: number, userId: number, change: AttendanceChange): void {
    for (const listener of this.#listeners) listener(roomId, userId, change);
  }
}

function changeOf(before: Player | null, after: Player | null): AttendanceChange | undefined {
  if (before === null || after === null) return before === after ? undefined : 'player';
  const same = (['version', 'buffering', 'ready', 'free'] as const).every((field) => before[field] === after[field]);
  if (!same) return 'player';
  return before.driftMs === after.driftMs && before.rttMs === after.rttMs ? undefined : 'figures';
}
