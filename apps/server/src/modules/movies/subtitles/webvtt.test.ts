import fc from 'fast-check';
import { expect, test } from 'vitest';
import { toWebVtt } from './index.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const SRT = '1\r\n00:00:01,000 --> 00:00:02,500\r\nПривет,\r\n<i>мир</i>!\r\n\r\n2\r\n00:00:03,00 --> 00:00:04,000\r\nIt’s <font color="red">red</font> & 3 < 4\r\n';
const VTT_OF_SRT = 'WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nПривет,\n<i>мир</i>!\n\n00:00:03.000 --> 00:00:04.000\nIt’s red &amp; 3 &lt; 4\n';

test('[MO18] SubRip becomes WebVTT', () => {
  expect(toWebVtt(bytes(SRT))).toEqual({ body: VTT_OF_SRT, cueCount: 2 });
  expect(toWebVtt(bytes(`\uFEFF${SRT}`)).body).toBe(VTT_OF_SRT);
});

test('[MO18] WebVTT keeps times and places, and loses styles, notes, voices and what is in no cue', () => {
  const { body, cueCount } = toWebVtt(bytes(
    'WEBVTT - title\n\nSTYLE\n::cue { background: url(https://evil.example) }\n\nNOTE\nsecret\n\n' +
    'intro\n01:00.000 --> 01:02.000 line:10% align:start evil:1 onload=x\n<v Ann><c.loud>Hi</c></v> <00:01:01.000>there <b>you</b>\n\n' +
    '00:30.000 --> 00:31.000\n<script>alert(1)</script><img src=x onerror=alert(1)>first\n',
  ));
  expect(body).toBe(
    'WEBVTT\n\n00:00:30.000 --> 00:00:31.000\nalert(1)first\n\n00:01:00.000 --> 00:01:02.000 line:10% align:start\nHi there <b>you</b>\n');
  expect(cueCount).toBe(2);
});

test('[MO18] a line at the top stays there, numbers without an empty line between are no text', () => {
  const { body } = toWebVtt(bytes('1\n00:00:01,000 --> 00:00:02,000\n{\\an8}Up\n2\n00:00:02,000 --> 00:00:03,000\nDown\n'));
  expect(body).toBe('WEBVTT\n\n00:00:01.000 --> 00:00:02.000 line:5%\nUp\n\n00:00:02.000 --> 00:00:03.000\nDown\n');
});

/** Windows-1251 of what stands in `SRT`. */
const windows1251 = (text: string): Uint8Array => Uint8Array.from(text, (letter) => {
  const code = letter.codePointAt(0)!;
  if (code >= 0x410 && code <= 0x44f) return code - 0x410 + 0xc0;
  return letter === '’' ? 0x92 : code;
});
const utf16 = (text: string, big: boolean): Uint8Array => {
  const little = Buffer.from(text, 'utf16le');
  return big ? little.swap16() : little;
};

test.each([
  ['UTF-16 LE with a mark', utf16(`\uFEFF${SRT}`, false)], ['UTF-16 BE with a mark', utf16(`\uFEFF${SRT}`, true)],
  ['UTF-16 LE', utf16(SRT, false)], ['UTF-16 BE', utf16(SRT, true)], ['Windows-1251', windows1251(SRT)],
])('[MO18] %s is read as what it is', (_name, file) => {
  expect(toWebVtt(file).body).toBe(VTT_OF_SRT);
});

test('[MO18] Western letters are no Cyrillic ones', () => {
  const file = Buffer.from('1\n00:00:01,000 --> 00:00:02,000\nÇa été très drôle, Zoë\n', 'latin1');
  expect(toWebVtt(file).body).toContain('Ça été très drôle, Zoë');
});

test('[MO18] what has no lines, or far too many, is refused', () => {
  for (const text of ['', 'just text', 'WEBVTT\n\n', '1\n00:00:02,000 --> 00:00:01,000\nbackwards\n']) {
    expect(() => toWebVtt(bytes(text)), text).toThrow(expect.objectContaining({ code: 'movies.subtitles_unreadable' }));
  }
  const many = '00:00:01.000 --> 00:00:02.000\nx\n\n'.repeat(20_001);
  expect(() => toWebVtt(bytes(many))).toThrow(expect.objectContaining({ code: 'movies.subtitles_unreadable' }));
});

test('[MO18] whatever stands in a line, it is one cue and no markup', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
    let body: string;
    try {
      ({ body } = toWebVtt(bytes(`1\n00:00:01,000 --> 00:00:02,000\n${text.replaceAll(/[\r\n]/g, ' ')}\n`)));
    } catch {
      return;
    }
    expect(body.match(/-->/g)).toHaveLength(1);
    expect(body.replaceAll(/<\/?[biu]>/g, '')).not.toContain('<');
  }));
});
