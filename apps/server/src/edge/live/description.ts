import { ERROR_CODES, type ErrorCode, ProblemDetails, type ServerEvent, serverEvents, Success } from '@watchparty/protocol';
import Type from 'typebox';
import type { LiveHandler } from '../../kernel/live.ts';
import { componentOf, type Json, named } from '../shared/index.ts';
import { LIVE_PATH } from './upgrades.ts';

/** Codes that any event can be refused with. */
const ALWAYS: readonly ErrorCode[] = [
  'request.invalid', 'request.body_too_large', 'request.conflict', 'ratelimit.exceeded', 'service.internal', 'service.unavailable',
];

/** Every code that a client of this event may meet. */
export const codesOf = ({ errors = [] }: LiveHandler): readonly ErrorCode[] =>
  [...new Set<ErrorCode>([...ALWAYS, 'auth.guest_forbidden', ...errors])];

/** What stands in a header over HTTP is a member here. */
const LiveProblem = Type.Object(
  { ...ProblemDetails.properties, retryAfterSeconds: Type.Optional(Type.Integer({ description: 'When it is worth another try' })) },
  { additionalProperties: false, title: 'LiveProblem' },
);

const ACCESS_TOKEN = {
  type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'An access token in the payload of Socket.IO’s handshake: `auth: {token}`',
};

/** Keys of AsyncAPI have no colons; one name may stand for an event of the clients and another of the server. */
const keyOf = (sender: 'client' | 'server', name: string): string => `${sender}.${name.replaceAll(':', '.')}`;
const ref = (path: string): Json => ({ $ref: `#/${path}` });

/** The description (AsyncAPI 3.0) of all that can be said over a live connection. Titled schemas become named components. */
export function describeLive(handlers: readonly LiveHandler[], info: { readonly version: string }): Json {
  const schemas: Json = {};
  const messages: Json = {};
  const operations: Json = {};
  componentOf(LiveProblem, schemas);
  const security = [ref('components/securitySchemes/accessToken')];

  for (const handler of handlers) {
    const { name, summary, body, reply } = handler.event;
    const key = keyOf('client', name);
    messages[key] = { name, title: name, summary, contentType: 'application/json', payload: named(body, schemas) };
    messages[`${key}.reply`] = {
      name: `${name} acknowledgement`, title: `${name} acknowledgement`, summary: 'What was done, or why not', contentType: 'application/json',
      payload: { oneOf: [named(Success(reply), schemas), ref('components/schemas/LiveProblem')] },
    };
    operations[key] = {
      action: 'receive', summary, security, channel: ref('channels/live'), messages: [ref(`channels/live/messages/${key}`)],
      reply: { channel: ref('channels/live'), messages: [ref(`channels/live/messages/${key}.reply`)] },
      'x-codes': codesOf(handler), 'x-guests': handler.guests === true,
    };
  }
  for (const event of serverEvents) {
    const key = keyOf('server', event.name);
    messages[key] = sent(event, schemas);
    operations[key] = {
      action: 'send', summary: event.summary, security, channel: ref('channels/live'), messages: [ref(`channels/live/messages/${key}`)],
    };
  }

  return {
    asyncapi: '3.0.0',
    info: {
      title: 'WatchParty live', version: info.version,
      description:
        'Socket.IO 4 over WebSocket, or long polling. The handshake carries an access token, `auth: {token}`; one that is refused is told by ' +
        '`connect_error`, whose `data` are problem details. Each event of a client is acknowledged with `{"success": true, "data": …}` ' +
        'or with problem details and `"success": false`.',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    defaultContentType: 'application/json',
    channels: {
      live: {
        address: LIVE_PATH, title: 'A live connection', description: 'Event names are those of Socket.IO; an event has one argument, its payload.',
        messages: Object.fromEntries(Object.keys(messages).map((key) => [key, ref(`components/messages/${key}`)])),
      },
    },
    operations,
    components: { schemas, messages, securitySchemes: { accessToken: ACCESS_TOKEN } },
  };
}

const sent = ({ name, summary, payload }: ServerEvent, schemas: Json): Json =>
  ({ name, title: name, summary, contentType: 'application/json', payload: named(payload, schemas) });

export const titleOf = (code: ErrorCode): string => ERROR_CODES[code].title;
