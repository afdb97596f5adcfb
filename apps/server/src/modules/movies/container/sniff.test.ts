import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { filmBytes, type FilmName } from '../../../../test/fixtures/films.ts';
import { SNIFF_BYTES, sniffContainer } from './sniff.ts';

const kinds: readonly (readonly [FilmName, string])[] = [
  ['h264-aac.mp4', 'mp4'],
  ['moov-at-end.mp4', 'mp4'],
  ['fragmented.mp4', 'mp4'],
  ['mpeg4-part2.mp4', 'mp4'],
  ['vp9-opus.webm', 'webm'],
  ['live-recorded.webm', 'webm'],
  ['matroska.mkv', 'Matroska'],
  ['quicktime.mov', 'QuickTime'],
  ['riff.avi', 'AVI'],
  ['transport-stream.ts', 'MPEG transport stream'],
  ['text.mp4', 'plain text'],
];

const answer = (head: Uint8Array, isWhole = false): string => {
  const sniffed = sniffContainer(head, isWhole);
  return sniffed.kind === 'refused' ? sniffed.reason : sniffed.kind;
};

describe('sniffContainer', () => {
  test.each(kinds)('knows %s by its content', (name, expected) => {
    expect(answer(filmBytes(name), true)).toContain(expected);
  });

  test.each(kinds)('says nothing else of any beginning of %s', (name) => {
    const bytes = filmBytes(name);
    const whole = answer(bytes, bytes.length < SNIFF_BYTES);
    for (let length = 0; length <= Math.min(bytes.length, SNIFF_BYTES); length += 1) {
      expect(['undecided', whole]).toContain(answer(bytes.subarray(0, length)));
    }
  });

  test.each<[string, string | Uint8Array, string]>([
    ['PNG', '\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0', 'image (PNG)'],
    ['JPEG', '\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01', 'image (JPEG)'],
    ['WebP', 'RIFF\x24\0\0\0WEBPVP8 \0\0', 'image (WebP)'],
    ['HEIC', '\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'image (HEIC'],
    ['AVIF', '\0\0\0\x18ftypavif\0\0\0\0avifmif1', 'image (HEIC'],
    ['M4A', '\0\0\0\x18ftypM4A \0\0\0\0M4A mp42', 'audio file (M4A)'],
    ['3GP', '\0\0\0\x18ftyp3gp5\0\0\0\0isom3gp5', '3GPP'],
    ['MP3', 'ID3\x04\0\0\0\0\0\x23TSSE\0\0', 'audio file (MP3)'],
    ['PDF', '%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj', 'PDF'],
    ['ZIP', 'PK\x03\x04\x14\0\0\0\x08\0abcdefgh', 'archive (ZIP)'],
    ['FLV', 'FLV\x01\x05\0\0\0\x09\0\0\0\0\x12\0\0', 'Flash'],
    ['Ogg', 'OggS\0\x02\0\0\0\0\0\0\0\0\0\0', 'Ogg'],
    ['WMV', '\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\0\xaa\0\x62\xce\x6c', 'Windows Media'],
    ['DASH segment', '\0\0\0\x18stypmsdh\0\0\0\0msdhmsix', 'one piece'],
    ['old QuickTime', '\0\0\0\x08wide\0\x01\0\0mdat', 'QuickTime'],
    ['HTML', '<!DOCTYPE html>\n<html lang="en"><head><title>Not found', 'HTML page'],
    ['SVG', '<svg xmlns="http://www.w3.org/2000/svg"></svg>', 'XML or SVG'],
    ['HLS', '#EXTM3U\n#EXT-X-VERSION:3\nfilm-0.ts', 'HLS playlist'],
    ['text', 'Кино, вино и домино', 'plain text'],
    ['nothing', '', 'empty'],
    ['zeros', new Uint8Array(5000), 'unknown kind'],
    ['an mp4 brand nobody plays', '\0\0\0\x14ftypxxxx\0\0\0\0yyyy', 'browsers do not play (xxxx)'],
    ['an mp4 brand nobody knows, compatible', '\0\0\0\x14ftypXAVC\0\0\0\0mp42', 'mp4'],
  ])('tells %s', (_, head, expected) => {
    const bytes = typeof head !== 'string' ? head : Buffer.from(head, /[А-я]/.test(head) ? 'utf8' : 'latin1');
    expect(answer(bytes, true)).toContain(expected);
  });

  test('is decided by the first bytes, whatever they are', () => {
    const magic = fc.constantFrom('', '\x1a\x45\xdf\xa3', '\0\0\0\x18ftyp', 'RIFF', 'G', '<html', '\xff');
    fc.assert(
      fc.property(magic, fc.uint8Array({ minLength: SNIFF_BYTES, maxLength: SNIFF_BYTES }), (start, rest) => {
        const bytes = Buffer.concat([Buffer.from(start, 'latin1'), rest]);
        expect(sniffContainer(bytes).kind).not.toBe('undecided');
        expect(sniffContainer(bytes.subarray(0, 100), true).kind).not.toBe('undecided');
      }),
    );
  });
});
