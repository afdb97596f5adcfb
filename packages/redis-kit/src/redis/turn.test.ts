import { setImmediate as turnEnd } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { createTurn } from './turn.ts';

/** A socket that tells what is written between cork and uncork. */
function recordingSocket() {
  const writes: string[][] = [];
  return {
    writes,
    write: (text: string) => void writes.at(-1)!.push(text),
    cork: () => void writes.push([]),
    uncork: () => {},
  };
}

test('What one turn collects is sent at its end, in one write', async () => {
  const socket = recordingSocket();
  const turn = createTurn(() => socket);
  turn.add(() => socket.write('versions'));
  turn.add(() => socket.write('limits'));
  await Promise.resolve();
  expect(socket.writes).toEqual([]);
  await turnEnd();
  expect(socket.writes).toEqual([['versions', 'limits']]);
  turn.add(() => socket.write('more'));
  await turnEnd();
  expect(socket.writes).toEqual([['versions', 'limits'], ['more']]);
});

test('A turn of many questions sends what it has before its end, and the rest then; nothing is sent twice', async () => {
  const socket = recordingSocket();
  const turn = createTurn(() => socket);
  let collected: number[] = [];
  const ask = (question: number): void => {
    if (collected.length === 0) {
      turn.add(() => {
        socket.write(collected.join(' '));
        collected = [];
      });
    }
    collected.push(question);
    turn.grown();
  };
  const done = new Promise<void>((resolve) => {
    // Each request of a turn is a callback of its own, after which the next ticks run.
    let question = 0;
    const request = (): void => {
      ask((question += 1));
      if (question < 100) process.nextTick(request);
      else resolve();
    };
    request();
  });
  await done;
  expect(socket.writes).toHaveLength(1);
  await turnEnd();
  const sent = socket.writes.flat().join(' ').split(' ').map(Number);
  expect(sent).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(socket.writes.map((write) => write.join(' ').split(' ').length)).toEqual([64, 36]);
});
