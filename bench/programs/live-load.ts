/**
 * Viewers of rooms. Usage: node live-load.ts <url> <file with one "token roomId" per line>
 * The first line's viewer commands. Then each line of its input is a task, answered by one line of JSON:
 * `open`, `reach <commands>`, `chat <senders> <seconds>`.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { programArguments, tell } from './arguments.ts';
import { manyAtOnce, messagesIn, openViewer, type Viewer } from './viewer.ts';

const [url = '', file = ''] = programArguments(2);
const seats = readFileSync(file, 'utf8').trim().split('\n').map((line) => {
  const [token = '', roomId = ''] = line.split(' ');
  return { token, roomId: Number(roomId) };
});
const roomId = seats[0]!.roomId;
const TEXT = 'x'.repeat(200);
const OPENED_AT_ONCE = 50;
const TIMEOUT_MS = 30_000;

interface Answer {
  readonly success: boolean;
  readonly data: { readonly version: number; readonly playback: { readonly version: number } };
}

let viewers: Viewer[] = [];
let version = 0;

async function asked(viewer: Viewer, event: string, body: object): Promise<Answer['data']> {
  const answer = (await viewer.ask(event, body)) as Answer;
  if (!answer.success) throw new Error(`${event} was refused: ${JSON.stringify(answer)}`);
  return answer.data;
}

/** Until `done`; a bench that waits for ever tells nothing. */
async function until(done: () => boolean): Promise<void> {
  for (const endMs = performance.now() + TIMEOUT_MS; !done(); await sleep(1)) {
    if (performance.now() > endMs) throw new Error('Not everybody was told in time');
  }
}

async function open(): Promise<object> {
  const opened: Viewer[] = Array.from({ length: seats.length });
  await manyAtOnce(seats.length, OPENED_AT_ONCE, async (index) => {
    const { token, roomId: room } = seats[index]!;
    const viewer = await openViewer(url, token);
    opened[index] = viewer;
    const { playback } = await asked(viewer, 'room:join', { roomId: room });
    if (index === 0) ({ version } = playback);
  });
  viewers = opened;
  return { open: viewers.length };
}

/** From sending a command until each viewer has been told, in ms. */
async function reach(commands: number): Promise<object> {
  const times: number[] = [];
  for (let command = 0; command < commands; command += 1) {
    let told = 0;
    const sentAtMs = performance.now();
    for (const viewer of viewers) {
      viewer.onEvent = (name) => {
        if (name !== 'playback:state') return;
        times.push(performance.now() - sentAtMs);
        told += 1;
      };
    }
    const answer = asked(viewers[0]!, 'playback:command', { roomId, version, action: command % 2 === 0 ? 'play' : 'pause' });
    await until(() => told >= viewers.length);
    ({ version } = await answer);
    await sleep(50);
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (part: number): number => sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))]!;
  return { p50: at(0.5), p99: at(0.99), worst: at(1) };
}

/** Messages per second that all viewers have got, each sender waiting for everybody to have its last one. */
async function chat(senders: number, seconds: number): Promise<object> {
  const got = viewers.map(() => 0);
  let messages = 0;
  let events = 0;
  viewers.forEach((viewer, index) => {
    viewer.onEvent = (name, frame) => {
      if (name !== 'chat:messages') return;
      got[index]! += frame.length;
      if (index > 0) return;
      messages += messagesIn(frame);
      events += 1;
    };
  });
  const startedMs = performance.now();
  const endMs = startedMs + seconds * 1000;
  let sent = 0;
  const last = viewers.length - 1;
  await Promise.all(Array.from({ length: senders }, async (_, index) => {
    const viewer = viewers[1 + (index % last)]!;
    while (performance.now() < endMs) {
      sent += 1;
      await asked(viewer, 'chat:send', { roomId, content: TEXT, clientMessageId: `${process.pid}-${startedMs}-${sent}` });
      // One alone sends again when the last viewer has it: several wait for the acknowledgement, as people do.
      if (senders === 1) await until(() => messages >= sent && got.every((bytes) => bytes === got[0]));
    }
  }));
  await until(() => messages >= sent && got.every((bytes) => bytes === got[0]));
  return { messagesPerSecond: messages / ((performance.now() - startedMs) / 1000), messagesPerEvent: messages / events };
}

const tasks: Record<string, (...numbers: number[]) => Promise<object>> = {
  open, reach: (commands = 20) => reach(commands), chat: (senders = 1, seconds = 1) => chat(senders, seconds),
};
for await (const line of createInterface({ input: process.stdin })) {
  const [name = '', ...rest] = line.split(' ');
  tell(await tasks[name]!(...rest.map(Number)));
}
