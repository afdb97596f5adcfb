import { describe, expect, test } from 'vitest';
import { en as adminEn } from '../screens/admin/i18n/en.ts';
import { ru as adminRu } from '../screens/admin/i18n/ru.ts';
import { en as eventsEn } from '../screens/events/i18n/en.ts';
import { ru as eventsRu } from '../screens/events/i18n/ru.ts';
import { en, type Plural } from './en.ts';
import { ru } from './ru.ts';
import { clockText, createSpeaker } from './speaker.ts';

const forms = (message: string | Plural): string[] => (typeof message === 'string' ? [message] : Object.values(message) as string[]);
const valuesIn = (text: string): string[] => [...new Set([...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!))].toSorted();

type Catalogue = Readonly<Record<string, string | Plural>>;
const CATALOGUES: readonly (readonly [of: string, en: Catalogue, ru: Catalogue])[] = [['the app', en, ru], ['administrators', adminEn, adminRu], ['events', eventsEn, eventsRu]];

describe.each(CATALOGUES)('both languages of %s', (_of, english, russian) => {
  test('say the same things', () => {
    expect(Object.keys(russian).toSorted()).toEqual(Object.keys(english).toSorted());
  });

  test.each(Object.keys(english))('%s has the same values in each', (key) => {
    const [first] = forms(english[key]!);
    const named = valuesIn(forms(english[key]!).at(-1)!);
    expect(first).not.toBe('');
    for (const text of forms(russian[key]!)) expect(valuesIn(text)).toEqual(named);
  });

  test('have all forms that their numbers need', () => {
    for (const [locale, messages] of [['en', english], ['ru', russian]] as const) {
      const { t } = createSpeaker(locale, messages);
      for (const [key, message] of Object.entries(messages)) {
        if (typeof message === 'string') continue;
        for (const count of [0, 1, 2, 5, 11, 21, 22]) {
          const needed = new Intl.PluralRules(locale).select(count);
          expect(Object.keys(message).length === 1 || needed in message, `${key} ${locale} ${count}`).toBe(true);
          expect(t(key, { count, names: 'x', emoji: 'x', km: 1, capacity: 1 })).not.toContain('{');
        }
      }
    }
  });
});

describe('a speaker', () => {
  const english = createSpeaker('en', en);
  const russian = createSpeaker('ru', ru);

  test('puts values in, numbers as people write them, and texts as they are', () => {
    expect(english.t('home.hello', { name: '{count} $& <b>' })).toBe('Good to see you, {count} $& <b>');
    expect(english.t('room.people', { count: 1 })).toBe('1 person');
    expect(english.t('room.people', { count: 12_345 })).toBe('12,345 people');
    expect([1, 3, 5, 21].map((count) => russian.t('room.people', { count }))).toEqual(['1 человек', '3 человека', '5 человек', '21 человек']);
  });

  test('tells times relatively within a day', () => {
    const now = Date.parse('2030-05-05T12:00:00Z');
    expect(english.when('2030-05-05T11:58:00Z', now)).toBe('2 minutes ago');
    expect(english.when('2030-05-05T07:00:00Z', now)).toBe('5 hours ago');
    expect(english.when('2030-05-01T12:00:00Z', now)).toBe('May 1, 2030');
  });

  test.each([[0, '0 B'], [999, '999 B'], [1500, '1.5 kB'], [45_200_000, '45 MB'], [3_210_000_000, '3.2 GB']])('%d bytes are %s', (bytes, text) => {
    expect(english.bytes(bytes)).toBe(text);
  });

  test.each([[0, '0:00'], [59.9, '0:59'], [61, '1:01'], [3725, '1:02:05'], [Number.NaN, '0:00'], [-3, '0:00']])('%d seconds are %s', (seconds, text) => {
    expect(clockText(seconds)).toBe(text);
  });
});
