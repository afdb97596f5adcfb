import { Problem } from '../../../kernel/problem.ts';
import { decodeSubtitles } from './decode.ts';

/** Subtitles as they are served. */
export interface WebVtt {
  readonly body: string;
  readonly cueCount: number;
}

interface Cue {
  readonly startMs: number;
  readonly endMs: number;
  readonly settings: string;
  readonly text: string;
}

/** A day of dialogue; films have two thousand. */
const MAX_CUES = 20_000;
const MAX_CUE_CHARACTERS = 1000;

const TIME = String.raw`(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})`;
const TIMING = new RegExp(String.raw`^\s*${TIME}\s*-->\s*${TIME}(?:\s+(.{0,200}))?\s*$`);
const SETTING = new RegExp(
  '^(?:vertical:(?:rl|lr)|line:-?\\d{1,4}(?:\\.\\d{1,3})?%?(?:,(?:start|center|end))?|' +
  'position:\\d{1,3}(?:\\.\\d{1,3})?%(?:,(?:line-left|center|line-right))?|size:\\d{1,3}(?:\\.\\d{1,3})?%|' +
  'align:(?:start|center|end|left|right))$',
);

/**
 * Makes WebVTT of a SubRip or WebVTT file in whatever encoding: times, places and bold, italic and underlined text come
 * along, styles, notes and everything else do not. Refuses with `movies.subtitles_unreadable`.
 */
export function toWebVtt(bytes: Uint8Array): WebVtt {
  const lines = decodeSubtitles(bytes).replaceAll('\0', '').split(/\r\n|\r|\n/);
  const cues = cuesOf(lines).toSorted((a, b) => a.startMs - b.startMs);
  if (cues.length === 0) throw unreadable('It holds no line with a time. Only SubRip (.srt) and WebVTT (.vtt) files are taken.');
  const body = cues.map(({ startMs, endMs, settings, text }) => `${timeText(startMs)} --> ${timeText(endMs)}${settings}\n${text}\n`);
  return { body: `WEBVTT\n\n${body.join('\n')}`, cueCount: cues.length };
}

function cuesOf(lines: readonly string[]): Cue[] {
  const cues: Cue[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const timing = TIMING.exec(lines[at]!);
    if (timing === null) continue;
    const text: string[] = [];
    while (at + 1 < lines.length && lines[at + 1]!.trim() !== '' && !TIMING.test(lines[at + 1]!)) {
      at += 1;
      text.push(lines[at]!);
    }
    // Without an empty line between them, the next one's number is no text.
    if (TIMING.test(lines[at + 1] ?? '') && /^\s*\d+\s*$/.test(text.at(-1) ?? '')) text.pop();
    const cue = cueOf(timing, text.join('\n'));
    if (cue !== undefined) cues.push(cue);
    if (cues.length > MAX_CUES) throw unreadable(`It has more than ${MAX_CUES} lines.`);
  }
  return cues;
}

function cueOf(timing: RegExpExecArray, raw: string): Cue | undefined {
  const [startMs, endMs] = [msOf(timing.slice(1, 5)), msOf(timing.slice(5, 9))];
  const text = textOf(raw);
  if (endMs <= startMs || text === '') return undefined;
  const given = (timing[9] ?? '').split(/\s+/).filter((setting) => SETTING.test(setting));
  // Where ASS, and files made from it, put a line: 7 to 9 are the top.
  const top = given.length === 0 && /\{\\an[789]\}/.test(raw) ? ['line:5%'] : [];
  return { startMs, endMs, settings: [...given, ...top].map((setting) => ` ${setting}`).join(''), text };
}

function textOf(raw: string): string {
  const plain = raw.slice(0, MAX_CUE_CHARACTERS).replaceAll(/\{\\[^{}]{0,100}\}/g, '');
  const parts = plain.split(/(<\/?[A-Za-z0-9.][^<>]{0,200}>)/);
  return parts.map((part, index) => (index % 2 === 1 ? tagOf(part) : escaped(part))).join('')
    .split('\n').map((line) => line.trim()).filter((line) => line !== '').join('\n');
}

/** Bold, italic and underlined stay; fonts, voices and classes go, and what is between them stays. */
const tagOf = (tag: string): string => /^<\/?[biu]>$/i.exec(tag)?.[0].toLowerCase() ?? '';

const escaped = (text: string): string =>
  text.replaceAll(/&(?!(?:amp|lt|gt|nbsp|lrm|rlm);)/g, '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

const msOf = ([hours = '0', minutes, seconds, fraction]: readonly string[]): number =>
  ((Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds)) * 1000 + Number(fraction!.padEnd(3, '0'));

function timeText(ms: number): string {
  const two = (value: number): string => String(Math.floor(value)).padStart(2, '0');
  return `${two(ms / 3_600_000)}:${two((ms / 60_000) % 60)}:${two((ms / 1000) % 60)}.${String(ms % 1000).padStart(3, '0')}`;
}

const unreadable = (detail: string): Problem => new Problem('movies.subtitles_unreadable', { detail });
