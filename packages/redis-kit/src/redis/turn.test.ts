import { Writable } from 'node:stream';
import { setImmediate as turnEnd } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { inOneWrite } from './one-write.ts';
import { createTurn } from './turn.ts';

/** A stream that tells what is written to it, each write apart. */
function recordingStream() {
  const writes: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      writes.push(chunk.toString());
      done();
    },
  });
  return { stream, writes };
}

test('What one turn collects is sent at its end, in one write', async () => {
  const { stream, writes } = recordingStream();
  const turn = createTurn(() => stream);
  turn.add(() => stream.write('versions '));
  turn.add(() => stream.write('limits '));
  await Promise.resolve();
  expect(writes).toEqual([]);
  await turnEnd();
  expect(writes).toEqual(['versions limits ']);
  turn.add(() => stream.write('more'));
  await turnEnd();
  expect(writes).toEqual(['versions limits ', 'more']);
});

test('Bytes keep their place among texts; what was written before a failure is sent; the stream is as it was', async () => {
  const { stream, writes } = recordingStream();
  const turn = createTurn(() => stream);
  turn.add(() => stream.write('before '));
  turn.add(() => stream.write(Buffer.from('bytes')));
  turn.add(() => stream.write(' after'));
  await turnEnd();
  expect(writes.join('')).toBe('before bytes after');
  expect(() => inOneWrite(stream, () => {
    stream.write('written');
    throw new Error('then broken');
  })).toThrow('then broken');
  expect(writes.at(-1)).toBe('written');
  expect(Object.hasOwn(stream, 'write')).toBe(false);
});

test('A turn of many questions sends what it has before its end, and the rest then; nothing is sent twice', async () => {
  const { stream, writes } = recordingStream();
  const turn = createTurn(() => stream);
  let collected: number[] = [];
  const ask = (question: number): void => {
    if (collected.length === 0) {
      turn.add(() => {
        stream.write(collected.join(' '));
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
  expect(writes).toHaveLength(1);
  await turnEnd();
  const sent = writes.join(' ').split(' ').map(Number);
  expect(sent).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(writes.map((write) => write.split(' ').length)).toEqual([64, 36]);
});
