import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alternate } from '../harness/alternate.ts';
import type { Bench, Context, Options, Outcome } from '../harness/bench.ts';
import { admitGuests } from '../harness/live-guests.ts';
import { programFile } from '../harness/paths.ts';
import { type Program, startProgram } from '../harness/program.ts';
import type { Row } from '../harness/result.ts';
import { type MeasuredServer, openPostgres, openRedisServer, startPeer, startWatchParty } from '../harness/services.ts';
import { compare } from '../harness/statistics.ts';

const NAME = 'live';
const PEER = 'plain Socket.IO';

const viewersOf = ({ quick }: Options): number => (quick ? 100 : 2000);
const idleOf = ({ quick }: Options): number => (quick ? 200 : 10_000);
const IDLE_PER_ROOM = 50;
const SENDERS = 64;
const COMMANDS = 20;
const startSeconds = (options: Options): number => 15 + viewersOf(options) / 150;
const reachSeconds = ({ runs }: Options): number => runs * 2 * COMMANDS * 0.15;
const chatSeconds = ({ runs, seconds }: Options): number => runs * 2 * (seconds + 1);
const idleSeconds = (options: Options): number => 10 + idleOf(options) / 60;

interface Reach {
  readonly p99: number;
}
interface Told {
  readonly messagesPerSecond: number;
  readonly messagesPerEvent: number;
}

async function openLoad({ defer }: Context, url: string, seatsFile: string): Promise<Program> {
  const load = startProgram([process.execPath, programFile('live-load'), url, seatsFile]);
  defer(load.stop);
  load.send('open');
  await load.line();
  return load;
}

async function task<T>(load: Program, line: string): Promise<T> {
  load.send(line);
  return JSON.parse(await load.line()) as T;
}

/** What a server holds after its garbage is collected, in bytes. */
async function memoryOf({ program, memoryFile }: MeasuredServer): Promise<number> {
  rmSync(memoryFile, { force: true });
  program.signal('SIGUSR2');
  for (const endMs = performance.now() + 20_000; performance.now() < endMs; await sleep(50)) {
    const text = ((): string => {
      try {
        return readFileSync(memoryFile, 'utf8');
      } catch {
        return '';
      }
    })();
    if (text.endsWith('\n')) return Number(text);
  }
  throw new Error('The server does not tell what memory it uses');
}

/** Bytes per idle connection. A tenth comes and goes before: what a server needs for its first ones is not theirs. */
async function idleMemory(context: Context, server: MeasuredServer, seatsFile: string, count: number): Promise<number> {
  const firstFile = `${seatsFile}-first`;
  writeFileSync(firstFile, readFileSync(seatsFile, 'utf8').split('\n').slice(0, count / 10).join('\n'));
  await (await openLoad(context, server.url, firstFile)).stop();
  await sleep(2000);
  const before = await memoryOf(server);
  await openLoad(context, server.url, seatsFile);
  await sleep(3000);
  return (await memoryOf(server) - before) / count;
}

async function run(context: Context): Promise<Outcome> {
  const { runs, seconds, step, folder } = context;
  const viewers = viewersOf(context);
  step(`${NAME}: servers and ${viewers} viewers`, startSeconds(context));
  const databaseUrl = await openPostgres(context);
  const redisUrl = await openRedisServer(context);
  const own = await startWatchParty(context, { databaseUrl, redisUrl, cache: 'on' });
  const peer = await startPeer(context, 'socket-io');
  const seats = join(folder, 'seats');
  writeFileSync(seats, await admitGuests(own.url, { rooms: 1, guests: viewers }));
  const ours = await openLoad(context, own.url, seats);
  const theirs = await openLoad(context, peer.url, seats);

  const notes: string[] = [`${NAME}: ${viewers} viewers in one room, each a guest with a session of their own; PostgreSQL with fsync`];
  const rows: Row[] = [];
  const what = `${viewers.toLocaleString('en-US')} viewers`;
  step(`${NAME}: commands`, reachSeconds(context));
  const reach = (load: Program) => async () => (await task<Reach>(load, `reach ${COMMANDS}`)).p99;
  rows.push({
    bench: NAME, what: `a command to ${what}, p99`, ours: 'written down first', peer: PEER, unit: 'ms',
    comparison: await alternate(runs, { ours: reach(ours), peer: reach(theirs) }), goal: { of: 'ours', atMost: 150 },
  });
  for (const { senders, name, atLeast } of [
    { senders: SENDERS, name: `chat of ${SENDERS} at once`, atLeast: 5 },
    { senders: 1, name: 'chat of one, each message when all have the last', atLeast: 0.95 },
  ]) {
    step(`${NAME}: ${name}`, chatSeconds(context));
    const perEvent: number[] = [];
    const chat = (load: Program, seen: number[]) => async () => {
      const told = await task<Told>(load, `chat ${senders} ${seconds}`);
      seen.push(told.messagesPerEvent);
      return told.messagesPerSecond;
    };
    rows.push({
      bench: NAME, what: `${what}, ${name}`, ours: 'written down first, a turn’s in one event', peer: PEER, unit: 'messages/s',
      comparison: await alternate(runs, { ours: chat(ours, perEvent), peer: chat(theirs, []) }), goal: { of: 'ratio', atLeast },
    });
    notes.push(`${name}: ours sends ${(perEvent.reduce((sum, one) => sum + one, 0) / perEvent.length).toFixed(1)} messages in an event`);
  }
  await ours.stop();
  await theirs.stop();

  const idle = idleOf(context);
  step(`${NAME}: ${idle} idle connections`, idleSeconds(context));
  const idleSeats = join(folder, 'idle-seats');
  writeFileSync(idleSeats, await admitGuests(own.url, { rooms: Math.ceil(idle / IDLE_PER_ROOM), guests: idle }));
  const memory = {
    peer: await idleMemory(context, await startPeer(context, 'socket-io'), idleSeats, idle) / 1024,
    ours: await idleMemory(context, await startWatchParty(context, { databaseUrl, redisUrl, cache: 'on' }), idleSeats, idle) / 1024,
  };
  rows.push({
    bench: NAME, what: `${idle.toLocaleString('en-US')} idle connections, each`, ours: 'with session and presence', peer: PEER, unit: 'kB',
    comparison: compare([memory]), goal: { of: 'ratio', atMost: 0.9 },
  });
  notes.push(`${NAME}: memory is what the process holds (RSS) after collecting garbage, less what it held before; in rooms of ${IDLE_PER_ROOM}`);
  return { rows, notes };
}

export const live: Bench = {
  name: NAME,
  title: 'Live rooms: a command, the chat, idle connections',
  plan: (options) => startSeconds(options) + reachSeconds(options) + 2 * chatSeconds(options) + idleSeconds(options),
  run,
};
