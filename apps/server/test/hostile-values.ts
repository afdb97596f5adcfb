import fc from 'fast-check';
import type { Json } from './operations.ts';

export interface World {
  /** Names of tokens; more likely the more often one stands here. */
  readonly callers: readonly string[];
  /** UUIDs that stood for something. */
  readonly uuids: readonly string[];
  /** Texts that mean something to the server: names and tokens, after two passwords. */
  readonly texts: readonly string[];
  /** Files that may be sent as a film. */
  readonly films: readonly Uint8Array[];
}

const TEXTS = [
  '',
  ' ',
  '\t\n',
  '0',
  '-1',
  'null',
  'true',
  '{}',
  "'; drop table users; --",
  "1' or '1'='1",
  '" or ""="',
  '%',
  '_',
  '\\',
  '$1',
  '${7*7}',
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(1)>',
  '&lt;',
  '../../../etc/passwd',
  'a\u0000b',
  '\ud800',
  'x\udc00',
  '\uFEFFx',
  '\u202Eevil\u202C',
  'مرحبا',
  'שלום',
  '😀👩‍👩‍👧‍👦',
  'Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢',
  '\u2028',
  '\u0007',
  'İIıi',
  'ﬀ',
  'x'.repeat(100_000),
  '😀'.repeat(2000),
  'https://example.org/film.mp4',
  'javascript:alert(1)',
  'file:///etc/passwd',
  'anna@example.org',
  '2024-02-30T25:61:61Z',
  'constructor',
  '00000000-0000-0000-0000-000000000000',
];
const NUMBERS = [
  -1,
  0,
  -0,
  1,
  1.5,
  -1e-7,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31),
  2 ** 32,
  2 ** 53 - 1,
  2 ** 53,
  2 ** 63,
  1e21,
  1e308,
  -1e308,
  5e-324,
];
const OTHERS: readonly unknown[] = [
  null,
  true,
  false,
  [],
  {},
  [1],
  ['a'],
  [[]],
  [null],
  { a: 1 },
  { $ne: null },
  { toString: 'x' },
];
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(...TEXTS),
  fc.constantFrom<unknown>(...NUMBERS),
  fc.constantFrom<unknown>(...OTHERS),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.jsonValue({ maxDepth: 3 }),
);

function validText(schema: Json, world: World): fc.Arbitrary<string> {
  if (schema.format === 'uuid') return fc.constantFrom(...world.uuids);
  if (schema.format?.endsWith('email')) return fc.integer({ min: 0, max: 1e6 }).map((n) => `person${n}@example.org`);
  if (schema.pattern?.startsWith('^https?'))
    return fc.constantFrom('https://example.org/a.mp4', 'http://example.org/b.webm', 'https://x.org/c');
  if (schema.pattern?.startsWith('^[A-Za-z0-9]')) return fc.integer({ min: 0, max: 1e6 }).map((n) => `person${n}`);
  const time = fc.date({ min: new Date(0), max: new Date('2300-01-01'), noInvalidDate: true });
  if (schema.format === 'date-time') return time.map((at) => at.toISOString());
  if (schema.pattern?.startsWith('^\\d{4}-')) return time.map((at) => at.toISOString().slice(0, 19));
  const max = schema.maxLength ?? 40;
  return fc.oneof(
    fc
      .constantFrom(...TEXTS.filter((text) => text.isWellFormed() && !text.includes('\0')))
      .map((text) => Array.from(text).slice(0, max).join('')),
    fc.string({ minLength: schema.minLength ?? 0, maxLength: Math.max(schema.minLength ?? 0, Math.min(max, 40)) }),
    fc.constantFrom(...world.texts),
  );
}

function valid(schema: Json, world: World, components: Json): fc.Arbitrary<unknown> {
  if (schema.$ref) return valid(components[schema.$ref.split('/').at(-1)], world, components);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if ('const' in schema) return fc.constant(schema.const);
  if (schema.anyOf) return fc.oneof(...schema.anyOf.map((option: Json) => valid(option, world, components)));
  switch (schema.type) {
    case 'string':
      return validText(schema, world);
    case 'integer':
      return fc.oneof(
        {
          weight: 4,
          arbitrary: fc.integer({ min: Math.max(0, schema.minimum ?? 0), max: (schema.minimum ?? 0) + 12 }),
        },
        {
          weight: 1,
          arbitrary: fc.constantFrom(
            schema.minimum ?? 0,
            schema.maximum ?? 2 ** 31,
            (schema.maximum ?? 9) + 1,
            (schema.minimum ?? 0) - 1,
          ),
        },
      );
    case 'number':
      return fc.double({ min: schema.minimum ?? 0, max: schema.maximum ?? 1e6, noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(mostly(schema.items, world, components), { minLength: schema.minItems ?? 0, maxLength: Math.min(schema.maxItems ?? 5, 5) });
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(schema.properties ?? {}).map(([name, property]) => [
            name,
            /password$/i.test(name) ? password(property, world, components) : mostly(property, world, components),
          ]),
        ),
        { requiredKeys: schema.required ?? [] },
      );
    default:
      throw new Error(`No values for ${JSON.stringify(schema)}`);
  }
}

/** One that is right, more often than chance would have it. */
const password = (schema: Json, world: World, components: Json): fc.Arbitrary<unknown> =>
  fc.oneof(fc.constantFrom(...world.texts.slice(0, 2)), mostly(schema, world, components));

/** What fits, and now and then something else. */
export const mostly = (schema: Json, world: World, components: Json): fc.Arbitrary<unknown> =>
  fc.oneof({ weight: 12, arbitrary: valid(schema, world, components) }, { weight: 1, arbitrary: hostileValue });
