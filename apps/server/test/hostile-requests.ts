import fc from 'fast-check';
import { hostileValue, mostly, type World } from './hostile-values.ts';
import { type Json, type Operation, operationsOf } from './operations.ts';

export interface HostileRequest {
  readonly operation: Operation;
  /** `{id}` and the like are left where the id of something that is there shall stand. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
  /** Who asks: names a token of the world, or is one that does not hold. */
  readonly as: string;
}

const BROKEN: readonly (string | Uint8Array)[] = [
  '',
  '{',
  'null',
  '[]',
  '"x"',
  '1',
  '{"a":}',
  '{"name":"a"}x',
  '\uFEFF{}',
  '['.repeat(50_000),
  `${'['.repeat(5000)}${']'.repeat(5000)}`,
  Buffer.from('7b226e616d65223a22ff227d', 'hex'),
  Buffer.from('{"name":"a"}', 'utf16le'),
  Buffer.alloc(1000),
  '{"__proto__":{"a":1}}',
];
const UNKNOWN_FIELDS = [
  'x',
  'id',
  'ownerId',
  'role',
  'isAdmin',
  '__proto__',
  'constructor',
  '',
  'a\u0000',
  'x'.repeat(1000),
];

function jsonBody(schema: Json, world: World, components: Json): fc.Arbitrary<string | Uint8Array> {
  const whole = mostly(schema, world, components);
  const withUnknown = fc
    .tuple(whole, fc.constantFrom(...UNKNOWN_FIELDS), hostileValue)
    .map(([value, name, more]) =>
      typeof value === 'object' && value !== null ? Object.assign({}, value, { [name]: more }) : value,
    );
  return fc.oneof(
    { weight: 16, arbitrary: whole.map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: withUnknown.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN) },
  );
}

/** In a path or query only what HTTP can carry. */
const inAddress = (value: unknown): string => {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return encodeURIComponent(text.toWellFormed()).slice(0, 3000);
};
const RAW_IN_ADDRESS = [
  '%',
  '%FF',
  '%00',
  '%ED%A0%80',
  '%C0%AE',
  '..',
  '1/..',
  '1%2F2',
  ';',
  '1;x',
  '-',
  '01',
  '0x1',
  '1e1',
  '+1',
  '1.0',
];

function inAddressMostly(schema: Json, world: World, components: Json): fc.Arbitrary<string> {
  return fc.oneof(
    { weight: 14, arbitrary: mostly(schema, world, components).map(inAddress) },
    { weight: 1, arbitrary: fc.constantFrom(...RAW_IN_ADDRESS) },
  );
}

function target(operation: Operation, world: World, components: Json): fc.Arbitrary<string> {
  const values = (place: string) =>
    fc.tuple(
      ...operation.parameters
        .filter((parameter) => parameter.in === place)
        .map(({ name, schema }) =>
          fc
            .oneof(
              {
                weight: place === 'path' && !/^delete(Room|Movie)/.test(operation.id) ? 2 : 0,
                arbitrary: fc.constant(`{${name}}`),
              },
              { weight: 1, arbitrary: inAddressMostly(schema, world, components) },
            )
            .map((value): [string, string] => [name, value]),
        ),
    );
  const extra = fc.oneof(
    { weight: 25, arbitrary: fc.constant('') },
    {
      weight: 1,
      arbitrary: fc.constantFrom(
        'x=1',
        '__proto__=1',
        'page=1&page=2',
        'page[]=1',
        'limit=',
        '%FF',
        '=',
        '&&&',
        `x=${'y'.repeat(3000)}`,
      ),
    },
  );
  return fc
    .tuple(
      values('path'),
      values('query').chain((all) => fc.subarray(all)),
      extra,
    )
    .map(([path, query, more]) => {
      const address = path.reduce((text, [name, value]) => text.replace(`{${name}}`, () => value), operation.path);
      const search = [...query.map(([name, value]) => `${name}=${value}`), ...(more === '' ? [] : [more])].join('&');
      return search === '' ? address : `${address}?${search}`;
    });
}

const sometimes = (name: string, weight: number, values: readonly string[]) =>
  fc.oneof(
    { weight: 100 - weight, arbitrary: fc.constant({}) },
    { weight, arbitrary: fc.constantFrom(...values).map((value) => ({ [name]: value })) },
  );

function headers(operation: Operation): fc.Arbitrary<Record<string, string>> {
  const types = Object.keys(operation.content ?? { 'application/json': {} }).map((type) =>
    type === 'multipart/form-data' ? `${type}; boundary=x` : type,
  );
  return fc
    .tuple(
      fc
        .oneof(
          { weight: 20, arbitrary: fc.constantFrom(...types) },
          {
            weight: 1,
            arbitrary: fc.constantFrom(
              'text/plain',
              'multipart/form-data; boundary=x',
              'application/json; charset=utf-16',
              'x',
              '',
            ),
          },
        )
        .map((type) => ({ 'content-type': type })),
      sometimes('idempotency-key', 20, ['a', 'b', 'c', 'd', '', ' ', 'with space', 'k'.repeat(256), 'ü']),
      sometimes('range', 10, [
        'bytes=0-',
        'bytes=-1',
        'bytes=5-1',
        'bytes=99999999999-',
        'bytes=0-1,3-4',
        'lines=1-2',
        'bytes=-',
      ]),
      sometimes('if-none-match', 5, ['*', '"x"', 'W/"x"', '"']),
      sometimes('if-range', 5, ['"x"', 'x', 'Mon, 01 Jan 2024 00:00:00 GMT']),
      sometimes('cookie', 10, ['watchparty_refresh=x', 'watchparty_refresh=', '=;;;=', 'watchparty_refresh="a\\"b"']),
      sometimes('user-agent', 10, ["';--", '<b>', 'ü'.repeat(2000), '']),
      sometimes('x-forwarded-for', 10, ['1.2.3.4', "';--", '::1, 999.999.999.999', '']),
      sometimes('x-request-id', 5, ['own-id-12345', '<b>']),
    )
    .map((all) => Object.assign({}, ...all) as Record<string, string>);
}

/** One black pixel. */
const PICTURE = Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAAAAAAALAAAAAABAAEAAAICRAEAOw==', 'base64');

function formBody(schema: Json): fc.Arbitrary<string | Uint8Array> {
  const form = (name: string, file: Uint8Array): Uint8Array =>
    Buffer.concat([
      Buffer.from(`--x\r\ncontent-disposition: form-data; name="${name}"; filename="a.png"\r\n\r\n`),
      file,
      Buffer.from('\r\n--x--\r\n'),
    ]);
  const [field = ''] = Object.keys(schema.properties);
  return fc.oneof(
    { weight: 8, arbitrary: fc.constant(form(field, PICTURE)) },
    { weight: 2, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => form(field, bytes)) },
    { weight: 2, arbitrary: fc.constantFrom(...UNKNOWN_FIELDS).map((name) => form(name, PICTURE)) },
    { weight: 1, arbitrary: fc.nat(PICTURE.length).map((end) => form(field, PICTURE.subarray(0, end))) },
    { weight: 1, arbitrary: fc.constantFrom(...BROKEN) },
  );
}

/** Requests of all kinds to one operation, from what fits to what nobody should send. */
function requestTo(operation: Operation, world: World, components: Json): fc.Arbitrary<HostileRequest> {
  const json = operation.content?.['application/json'];
  const form = operation.content?.['multipart/form-data'];
  const body: fc.Arbitrary<string | Uint8Array | undefined> =
    json !== undefined
      ? jsonBody(json.schema, world, components)
      : form !== undefined
      ? formBody(form.schema)
      : operation.content !== undefined
        ? fc.oneof(fc.constantFrom(...world.films), fc.uint8Array({ maxLength: 200 }))
        : operation.method === 'GET'
          ? fc.constant(undefined)
          : fc.oneof(
              { weight: 8, arbitrary: fc.constant(undefined) },
              { weight: 1, arbitrary: fc.constantFrom(...BROKEN) },
            );
  return fc.record({
    operation: fc.constant(operation),
    target: target(operation, world, components),
    headers: headers(operation),
    body,
    as: fc.constantFrom(...world.callers),
  });
}

/** The requests of one seed: each operation equally often. */
export function hostileRequests(
  description: Json,
  world: World,
  options: { readonly seed: number; readonly count: number },
): HostileRequest[] {
  const operations = operationsOf(description);
  const perOperation = Math.ceil(options.count / operations.length);
  const samples = operations.map((operation, index) =>
    fc.sample(requestTo(operation, world, description.components.schemas), {
      numRuns: perOperation,
      seed: options.seed + index,
    }),
  );
  // One of each in turn, so that what is made is there for those that need it.
  return Array.from({ length: perOperation }, (_, round) => samples.map((ofOne) => ofOne[round]!))
    .flat()
    .slice(0, options.count);
}
