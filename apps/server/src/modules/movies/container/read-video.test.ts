import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { filmBytes, readable, type FilmName } from '../../../../test/fixtures/films.ts';
import { Problem } from '../../../kernel/problem.ts';
import { readVideo } from './read-video.ts';

/** The refusal; anything else that is thrown fails the test, and so does a film that is read. */
async function refusal(bytes: Uint8Array, timeoutMs?: number): Promise<Problem> {
  const outcome: unknown = await readVideo(readable(bytes), timeoutMs === undefined ? {} : { timeoutMs }).catch(
    (error: unknown) => error,
  );
  if (outcome instanceof Problem) return outcome;
  throw new Error('the film was not refused', { cause: outcome });
}

const box = (type: string, ...parts: Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const header = Buffer.alloc(8);
  header.writeUInt32BE(8 + content.length);
  header.write(type, 4, 'latin1');
  return Buffer.concat([header, content]);
};
const uint32 = (...values: number[]): Buffer => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeUInt32BE(value, 4 * index));
  return bytes;
};
const ftyp = box('ftyp', Buffer.from('isom\0\0\x02\0isommp41', 'latin1'));

/** A film whose boxes of this type say something else: `change` gets the content of each. */
function withBox(name: FilmName, type: string, change: (content: Buffer) => void): Buffer {
  const bytes = filmBytes(name);
  let found = 0;
  for (let at = bytes.indexOf(type, 0, 'latin1'); at >= 0; at = bytes.indexOf(type, at + 4, 'latin1')) {
    change(bytes.subarray(at + 4, at - 4 + bytes.readUInt32BE(at - 4)));
    found += 1;
  }
  if (found === 0) throw new Error(`${name} has no ${type}`);
  return bytes;
}

describe('readVideo', () => {
  const small = { width: 160, height: 90 };
  const h264 = { container: 'mp4', mimeType: 'video/mp4', ...small, videoCodec: 'h264', audioCodec: 'aac' };
  const vp9 = { container: 'webm', mimeType: 'video/webm', ...small, videoCodec: 'vp9', audioCodec: 'opus' };

  test.each<[FilmName, object]>([
    ['h264-aac.mp4', { ...h264, durationSeconds: 2 }],
    ['moov-at-end.mp4', { ...h264, durationSeconds: 2 }],
    // Written without an edit list, so its first frame is shown two frames late.
    ['fragmented.mp4', { ...h264, durationSeconds: expect.closeTo(2 + 2 / 24, 6) }],
    ['silent.mp4', { ...h264, audioCodec: null, durationSeconds: 2 }],
    ['vp9-opus.webm', { ...vp9, durationSeconds: 2.008 }],
    // Where its last block begins.
    ['live-recorded.webm', { ...vp9, durationSeconds: 2.001 }],
  ])('reads %s', async (name, facts) => {
    expect(await readVideo(readable(filmBytes(name)))).toEqual(facts);
  });

  test('reads the sample film', async () => {
    const film = readFileSync(new URL('../../../main/demo/assets/sample-film.mp4', import.meta.url));
    expect(await readVideo(readable(film))).toEqual({ ...h264, width: 640, height: 360, durationSeconds: 60 });
  });

  test.each<[FilmName, string]>([
    ['matroska.mkv', 'movies.file_container_unsupported'],
    ['quicktime.mov', 'movies.file_container_unsupported'],
    ['riff.avi', 'movies.file_container_unsupported'],
    ['transport-stream.ts', 'movies.file_container_unsupported'],
    ['text.mp4', 'movies.file_container_unsupported'],
    ['mpeg4-part2.mp4', 'movies.file_codec_unsupported'],
    ['h264-ac3.mp4', 'movies.file_codec_unsupported'],
    ['audio-only.mp4', 'movies.file_unreadable'],
    ['truncated.mp4', 'movies.file_truncated'],
    ['truncated.webm', 'movies.file_truncated'],
  ])('refuses %s with %s', async (name, code) => {
    expect((await refusal(filmBytes(name))).code).toBe(code);
  });

  test('takes bytes behind the film that mp4 allows: free boxes and zeros', async () => {
    const film = filmBytes('h264-aac.mp4');
    for (const tail of [box('free', Buffer.alloc(100)), Buffer.alloc(4096)]) {
      expect((await readVideo(readable(Buffer.concat([film, tail])))).durationSeconds).toBe(2);
    }
  });

  test.each<FilmName>(['h264-aac.mp4', 'moov-at-end.mp4', 'vp9-opus.webm'])(
    'refuses %s cut at any byte',
    async (name) => {
      const film = filmBytes(name);
      for (let length = 0; length < film.length; length += 7) {
        const { code } = await refusal(film.subarray(0, length));
        expect(code).toMatch(/^movies\.file_(truncated|unreadable|container_unsupported)$/);
      }
    },
  );

  test('reads little of a film, wherever its index is', async () => {
    const film = filmBytes('h264-aac.mp4');
    const padded = readable(Buffer.concat([film, box('free', Buffer.alloc(8 * 1024 * 1024))]));
    await readVideo(padded);
    expect(padded.bytesRead).toBeLessThan(64 * 1024);
  });

  describe('hostile files are refused, and soon', () => {
    const nested = (depth: number): Buffer => {
      let inner: Buffer = Buffer.alloc(0);
      for (let index = 0; index < depth; index += 1) inner = box('trak', inner);
      return inner;
    };
    const largeBox = (type: string, size: bigint): Buffer => {
      const header = Buffer.alloc(16);
      header.writeUInt32BE(1);
      header.write(type, 4, 'latin1');
      header.writeBigUInt64BE(size, 8);
      return header;
    };
    const film = filmBytes('h264-aac.mp4');
    const webm = filmBytes('vp9-opus.webm');
    const segment = (size: string): Buffer => Buffer.from(`18538067${size}`, 'hex');
    const docType = Buffer.from('1a45dfa3874282847765626d', 'hex');

    test.each<[string, Uint8Array]>([
      ['only a type', ftyp],
      ['an empty index', Buffer.concat([ftyp, box('moov')])],
      ['an index of zeros', Buffer.concat([ftyp, box('moov', Buffer.alloc(100_000))])],
      ['an index of boxes without size', Buffer.concat([ftyp, box('moov', box('trak', uint32(0, 0, 0, 0)))])],
      ['boxes nested 20,000 deep', Buffer.concat([ftyp, box('moov', nested(20_000))])],
      ['a box of 2^63 bytes', Buffer.concat([ftyp, largeBox('mdat', 2n ** 63n)])],
      ['a box of 2^64-1 bytes', Buffer.concat([ftyp, largeBox('moov', 2n ** 64n - 1n)])],
      ['a 64-bit box smaller than its header', Buffer.concat([ftyp, largeBox('moov', 3n), film])],
      ['a box smaller than its header', Buffer.concat([ftyp, uint32(4), Buffer.from('moov'), film])],
      ['noise behind the type', Buffer.concat([ftyp, Buffer.alloc(8000, '\x01\x02\x03\x04', 'latin1')])],
      ['no time scale', withBox('h264-aac.mp4', 'mvhd', (content) => content.fill(0))],
      ['no samples', withBox('h264-aac.mp4', 'stsz', (content) => content.fill(0))],
      ['four billion samples in a table', withBox('h264-aac.mp4', 'stsz', (content) => content.fill(0xff, 4))],
      ['a table of four billion chunks', withBox('h264-aac.mp4', 'stco', (content) => content.fill(0xff, 4, 8))],
      ['chunks behind the end of the file', withBox('h264-aac.mp4', 'stco', (content) => content.fill(0x7f, 8))],
      ['last chunks behind the end', withBox('h264-aac.mp4', 'stco', (content) => content.subarray(-16).fill(0x7f))],
      ['a broken description', withBox('h264-aac.mp4', 'stsd', (content) => content.fill(0xff))],
      ['a webm of its type only', docType],
      ['a webm of 2^56 bytes', Buffer.concat([docType, segment('01fffffffffffffe')])],
      ['a webm without tracks', Buffer.concat([docType, segment('01ffffffffffffff'), Buffer.alloc(50_000, 0xec)])],
      ['a webm of zeros', Buffer.concat([docType, Buffer.alloc(50_000)])],
      ['a webm with noise for its tracks', Buffer.from(webm).fill(0xa5, 100)],
    ])('%s', async (_, bytes) => {
      const start = performance.now();
      expect((await refusal(bytes, 2000)).code).toMatch(/^movies\.file_(truncated|unreadable)$/);
      expect(performance.now() - start).toBeLessThan(6000);
    });

    test('a million tiny boxes', async () => {
      const file = readable(Buffer.concat([ftyp, Buffer.alloc(8_000_000, box('free')), film.subarray(ftyp.length)]));
      await expect(readVideo(file)).rejects.toMatchObject({ code: 'movies.file_unreadable' });
      expect(file.bytesRead).toBeLessThan(2_000_000);
    });

    test('a parser that never ends is stopped, and leaves its turn to others', async () => {
      // One entry says that the film has four billion frames of equal length: the parser counts them.
      const endless = withBox('moov-at-end.mp4', 'stts', (content) => content.writeUInt32BE(0xffffffff, 8));
      const outcomes = await Promise.all(Array.from({ length: 6 }, async () => await refusal(endless, 500)));
      for (const { code, detail } of outcomes) {
        expect(code).toBe('movies.file_unreadable');
        expect(detail).toContain('too long');
      }
      expect((await readVideo(readable(film))).durationSeconds).toBe(2);
    });
  });

  test('passes on what the file or the signal throws', async () => {
    const film = readable(filmBytes('h264-aac.mp4'));
    const broken = new Error('the disk cannot be read');
    const failing = {
      sizeBytes: film.sizeBytes,
      read: async (start: number, length: number) => {
        if (start > 1000) throw broken;
        return await film.read(start, length);
      },
    };
    await expect(readVideo(failing)).rejects.toBe(broken);
    await expect(readVideo(film, { signal: AbortSignal.abort(broken) })).rejects.toBe(broken);
    const controller = new AbortController();
    const reading = readVideo(film, { signal: controller.signal });
    setImmediate(() => controller.abort(broken));
    await expect(reading).rejects.toBe(broken);
  });
});
