import type { Server as HttpServer } from 'node:http';
import type { Channel, Live, LiveSocket } from '../../kernel/live.ts';
import type { Log } from '../../kernel/log.ts';
import type { LiveTelemetry } from '../../kernel/telemetry.ts';
import type { Write } from '../../kernel/write.ts';
import type { EffectHandler } from '../../outbox/index.ts';
import { Connection } from './connection.ts';
import { createEffects } from './effects.ts';
import { createFanOut } from './fan-out.ts';
import { createFits } from './fits.ts';
import { createIo } from './io.ts';
import type { Line, Word } from './line.ts';
import { type Gate, type GateDeps, type GateSettings, openGate } from './gate.ts';
import { createOutgoing, type Where } from './outgoing.ts';
import { createWallClock, type WallClock } from './wall-clock.ts';

export interface LiveEdge {
  /** What the modules tell open connections with. */
  readonly live: Live;
  /** Of the changes that tell something. */
  readonly effects: readonly EffectHandler[];
  /** The time that `clock:ping` tells. */
  readonly clock: WallClock;
  /** From now on connections are taken, on this HTTP server. A process that serves none tells other nodes only. */
  open(server: HttpServer, deps: OpenDeps): void;
  /** Takes no new ones, lets what is under way finish for a while, and sends all to another node. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

type OpenDeps = Omit<GateDeps, 'io' | 'clock' | 'log' | 'telemetry'>;

interface Deps {
  readonly line: Line;
  /** This node's name, a new one with each start. */
  readonly node: string;
  readonly write: Write;
  /** The other nodes can be told again: what waits for that in the outbox is due. */
  readonly takeUp: () => void;
  readonly log: Log;
  readonly telemetry: LiveTelemetry;
}

/** Live connections: Socket.IO towards the clients, the line towards the other nodes. */
export function createLive(settings: GateSettings, { line, node, write, takeUp, log, telemetry }: Deps): LiveEdge {
  const clock = createWallClock();
  const io = createIo(settings);
  const { adapter, sockets } = io.of('/');
  const fits = createFits();
  const fanOut = createFanOut(io);
  let gate: Gate | undefined;

  function* here(channel: Channel): Iterable<LiveSocket> {
    for (const id of adapter.rooms.get(channel) ?? []) {
      const connection: unknown = sockets.get(id)?.data;
      if (connection instanceof Connection) yield connection;
    }
  }

  function expel(channel: Channel, userIds?: readonly number[]): void {
    const whom = userIds === undefined ? undefined : new Set(userIds);
    for (const socket of here(channel)) if (whom?.has(socket.actor.userId) !== false) socket.leave(channel);
  }

  /** Whoever tells has done what they tell of; a payload that does not fit undoes nothing. */
  const tell = (where: Where): Live['tell'] => (channel, { name }, payload) => {
    try {
      outgoing.tell(channel, fits(name, payload), payload, where);
    } catch (err) {
      log.error({ err, event: name }, 'Something could not be told');
    }
  };

  const emit = (channel: Channel, event: string, payload: unknown, gathered: number): void => {
    if (fanOut(channel, event, payload)) telemetry.liveBroadcast(event, gathered);
  };

  const outgoing = createOutgoing({
    emit, line,
    onUnsaid: (err) => {
      telemetry.liveUnsaid();
      log.debug({ err }, 'The other nodes may not have been told of something');
    },
  });

  function hear(word: Word): void {
    if ('tell' in word) emit(...word.tell, 1);
    else expel(...word.expel);
  }

  line.onBack(takeUp);

  return {
    live: { tell: tell('everywhere'), tellHere: tell('here'), here },
    effects: createEffects({ node, outgoing, fits, line, hear, write }),
    clock,
    open(server, deps) {
      const opened = openGate(server, settings, { ...deps, io, clock, log, telemetry });
      line.listen({ heard: (words) => words.forEach(hear), missed: opened.missed });
      gate = opened;
    },
    drain: async () => gate?.close(),
    async close() {
      await outgoing.flush().catch(() => undefined);
      await line.close();
    },
  };
}
