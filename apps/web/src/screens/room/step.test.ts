import { expect, test } from 'vitest';
import { en } from '../../i18n/en.ts';
import { ru } from '../../i18n/ru.ts';
import { createSpeaker } from '../../i18n/speaker.ts';
import { stepOf, stepText } from './step.ts';

const fine = { online: true, free: false, buffering: false, driftMs: 3.4, rttMs: 41 };

test.each([
  ['together', {}, 'in-step'],
  ['a quarter of a second behind', { driftMs: -250 }, 'in-step'],
  ['further behind', { driftMs: -251 }, 'catching-up'],
  ['further ahead', { driftMs: 251 }, 'catching-up'],
  ['waiting for data, however near', { buffering: true, driftMs: 0 }, 'catching-up'],
  ['not heard of yet', { driftMs: null }, 'in-step'],
  ['at their own pace, however far', { free: true, driftMs: 90_000, buffering: true }, 'free'],
  ['away, whatever was last heard', { online: false, buffering: true, driftMs: 900 }, 'away'],
] as const)('%s', (_what, given, step) => {
  expect(stepOf({ ...fine, ...given })).toBe(step);
});

test('says how far off and how far away somebody is, and no figures of who is away', () => {
  const [english, russian] = [createSpeaker('en', en), createSpeaker('ru', ru)];
  expect(stepText(fine, english)).toBe('in step · 3 ms off · 21 ms away');
  expect(stepText({ ...fine, driftMs: null }, english)).toBe('in step · 21 ms away');
  expect(stepText({ ...fine, driftMs: -1234.5, rttMs: null }, english)).toBe('catching up · -1,234 ms off');
  for (const speaker of [english, russian]) expect(stepText({ ...fine, online: false }, speaker)).not.toMatch(/\d|·/);
});
