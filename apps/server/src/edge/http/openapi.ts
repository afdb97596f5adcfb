import type { TSchema } from 'typebox';
import { ERROR_CODES, type ErrorCode, ProblemDetails, Success } from '@watchparty/protocol';
import type { Route } from '../../kernel/route.ts';
import { componentOf, type Json, named } from '../shared/index.ts';

/** Codes that any route can answer with, and those that come with what a route is; each route adds its own. */
const ALWAYS: readonly ErrorCode[] = [
  'request.invalid', 'request.headers_too_large', 'service.internal', 'service.unavailable',
];
const WITH_CHANGE: readonly ErrorCode[] = ['request.conflict', 'storage.full'];
const WITH_KEY: readonly ErrorCode[] = ['idempotency.key_reused', 'idempotency.in_flight', 'idempotency.answer_lost'];
const WITH_JSON: readonly ErrorCode[] = [
  'request.body_malformed', 'request.body_too_large', 'request.media_type_unsupported', 'request.timeout',
];

/** Every code that a client of this route may meet. */
export function codesOf(route: Route): ReadonlySet<ErrorCode> {
  return new Set<ErrorCode>([
    ...ALWAYS,
    ...(route.limit === 'none' ? [] : (['ratelimit.exceeded'] as const)),
    ...(route.ignoresToken === true ? [] : (['auth.token_invalid'] as const)),
    ...(route.access === 'anyone' ? [] : (['auth.required'] as const)),
    ...(route.access === 'admin' ? (['auth.forbidden'] as const) : []),
    ...(route.access === 'anyone' ? [] : (['auth.guest_forbidden'] as const)),
    ...(route.method === 'GET' ? [] : WITH_CHANGE),
    ...((route.kind === 'json' || route.kind === 'raw') && route.method !== 'GET' ? WITH_JSON : []),
    ...(route.kind === 'upload' ? (['request.media_type_unsupported', 'request.timeout'] as const) : []),
    ...(route.kind === 'form' ? WITH_JSON : []),
    ...(route.idempotent === true ? WITH_KEY : []),
    ...(route.errors ?? []),
  ]);
}

const TAGS: Readonly<Record<string, string>> = {
  Operations: 'For monitors and load balancers.',
  Accounts: 'Registering, signing in, and one’s own profile.',
  People: 'Finding people by their names, what everybody may see of them, and one’s own figures.',
  Pictures: 'Profile pictures, and pictures for messages.',
  Sessions: 'Tokens: an access token is good for a quarter of an hour, a refresh token for one new pair.',
  Notices: 'What concerns oneself and was told: requests, invitations, mentions, reminders.',
  Friends: 'Who are friends, who has asked whom, who blocks whom.',
  Movies: 'The library: films uploaded here or linked from elsewhere.',
  Rooms: 'Places to watch together: people, their roles, and the playback that they share.',
  Chat: 'What is said in a room, numbered without a gap.',
  Playlists: 'The films that a room will play, and the votes for them.',
  Messages: 'What two people write to one another: conversations, what was read, search, pictures.',
  Events: 'When people meet: places, answers, waiting lists, calendars.',
  Administration: 'Accounts, and what happened to them; for administrators.',
  Queues: 'Work that no answer waits for, clean-ups, and reports of what went on; for administrators.',
};

/**
 * The API description (OpenAPI 3.1) of the route table. Schemas with a title become named components,
 * so that the same shape is described once.
 */
export function describeApi(routes: readonly Route[], info: { readonly version: string }): Json {
  const components: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:(\w+)/g, '{$1}');
    paths[path] ??= {};
    paths[path][route.method.toLowerCase()] = operation(route, components);
  }
  componentOf(ProblemDetails, components);
  return {
    openapi: '3.1.0',
    info: {
      title: 'WatchParty',
      version: info.version,
      description:
        'Plan an event, invite friends, write to one another and watch a film together. Answers carry ' +
        '`{"success": true, "data": …}`; refusals are problem details (RFC 9457) with a stable `code`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/', description: 'This server' }],
    tags: [...new Set(routes.map(({ tag }) => tag))].map((name) => ({ name, description: TAGS[name] })),
    paths,
    components: {
      schemas: components,
      securitySchemes: { accessToken: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

function operation(route: Route, components: Json): Json {
  return {
    operationId: route.id,
    summary: route.summary,
    ...(route.description && { description: route.description }),
    tags: [route.tag],
    security: securityOf(route),
    parameters: parameters(route, components),
    ...requestBody(route, components),
    responses: { ...success(route, components), ...refusals(route) },
  };
}

function securityOf({ access, ignoresToken }: Route): Json[] {
  if (ignoresToken === true) return [];
  return access === 'anyone' ? [{}, { accessToken: [] }] : [{ accessToken: [] }];
}

function parameters(route: Route, components: Json): Json[] {
  const params = Object.entries(propertiesOf(route.params)).map(([name, schema]) => ({
    name, in: 'path', required: true, schema: named(schema, components),
  }));
  const query = route.kind === 'upload' ? [] : Object.entries(propertiesOf(route.query)).map(([name, schema]) => ({
    name, in: 'query', required: requiredOf(route.query).includes(name), schema: named(schema, components),
  }));
  const idempotency = route.idempotent !== true ? [] : [{
    name: 'Idempotency-Key', in: 'header', required: false,
    description: 'The same key and body again gets the first answer again, for a day',
    schema: { type: 'string', minLength: 1, maxLength: 255 },
  }];
  return [...params, ...query, ...idempotency];
}

function requestBody(route: Route, components: Json): Json {
  if (route.kind === 'upload') {
    const binary = { schema: { type: 'string', contentEncoding: 'binary' } };
    const content = Object.fromEntries(route.contentTypes.map((type) => [type, binary]));
    return { requestBody: { required: true, content } };
  }
  if (route.kind === 'form') {
    const file = { type: 'string', contentMediaType: 'application/octet-stream', description: route.fieldDescription };
    const schema = { type: 'object', properties: { [route.field]: file }, required: [route.field], additionalProperties: false };
    return { requestBody: { required: true, content: { 'multipart/form-data': { schema } } } };
  }
  if (route.kind !== 'json' || route.body === undefined) return {};
  const schema = named(route.body as TSchema, components);
  return { requestBody: { required: route.bodyOptional !== true, content: { 'application/json': { schema } } } };
}

function success(route: Route, components: Json): Json {
  if (route.kind === 'raw') {
    const entries = Object.entries(route.produces).map(([status, { description, contentTypes }]) => [
      status,
      {
        description,
        ...(contentTypes.length > 0 && {
          content: Object.fromEntries(contentTypes.map((type) => [type, { schema: { type: 'string' } }])),
        }),
      },
    ]);
    return Object.fromEntries(entries) as Json;
  }
  const enveloped = route.kind !== 'json' || route.envelope !== false;
  const schema = enveloped ? Success(route.response as TSchema) : (route.response as TSchema);
  const status = route.status ?? 200;
  if (status === 204) return { 204: { description: 'Done; the headers say how far it is' } };
  const done = { [status]: { description: 'Done', content: { 'application/json': { schema: named(schema, components) } } } };
  if (route.kind !== 'json' || route.cached === undefined) return done;
  return { ...done, 304: { description: 'Not changed since `If-None-Match`' } };
}

function refusals(route: Route): Json {
  const responses: Json = {};
  for (const [status, codes] of Map.groupBy(codesOf(route), (code) => ERROR_CODES[code].status)) {
    responses[status] = {
      description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}`).join('; '),
      'x-codes': codes,
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDetails' } } },
    };
  }
  return responses;
}

const propertiesOf = (schema: unknown): Record<string, TSchema> =>
  (schema as { properties?: Record<string, TSchema> } | undefined)?.properties ?? {};
const requiredOf = (schema: unknown): string[] => (schema as { required?: string[] } | undefined)?.required ?? [];
