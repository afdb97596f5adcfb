import { serverEvents } from '@watchparty/protocol';
import type { TSchema } from 'typebox';
import type { LiveHandler } from '../../kernel/live.ts';
import { codesOf, titleOf } from './description.ts';

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

interface Shown {
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly items?: TSchema;
  readonly anyOf?: readonly TSchema[];
  readonly properties?: Readonly<Record<string, TSchema>>;
  readonly required?: readonly string[];
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/** As one would write the type. */
function typeOf(schema: TSchema): string {
  const { type, title, enum: values, const: value, items, anyOf, properties } = schema as Shown;
  if (value !== undefined) return JSON.stringify(value);
  if (values !== undefined) return values.map((one) => JSON.stringify(one)).join(' | ');
  if (anyOf !== undefined) return anyOf.map(typeOf).join(' | ');
  if (items !== undefined) return `${typeOf(items)}[]`;
  if (properties !== undefined) return title ?? `{ ${Object.entries(properties).map(([name, one]) => `${name}: ${typeOf(one)}`).join(', ')} }`;
  return type ?? 'anything';
}

function limits({ maxLength, minimum, maximum }: Shown): string {
  const bounds = [
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(minimum === undefined ? [] : [`from ${minimum}`]),
    ...(maximum === undefined ? [] : [`to ${maximum}`]),
  ];
  return bounds.join(' ');
}

function fields(schema: TSchema): string {
  const { properties = {}, required = [], anyOf } = schema as Shown;
  if (anyOf !== undefined) return anyOf.map(fields).join('<p>or</p>');
  const rows = Object.entries(properties).map(([name, field]) => {
    const shown = field as Shown;
    const words = [shown.description, limits(shown)].filter((text) => text !== undefined && text !== '').join('; ');
    return `<tr><td><code>${escaped(name)}</code>${required.includes(name) ? '' : '?'}</td><td><code>${escaped(typeOf(field))}</code></td><td>${escaped(words)}</td></tr>`;
  });
  return rows.length === 0 ? `<p><code>${escaped(Object.keys(properties).length === 0 ? '{}' : typeOf(schema))}</code></p>` : `<table>${rows.join('\n')}</table>`;
}

/** Types named by others on the page, each once. */
function namedIn(schemas: readonly TSchema[]): Map<string, TSchema> {
  const found = new Map<string, TSchema>();
  const look = (schema: TSchema | undefined, top: boolean): void => {
    if (schema === undefined) return;
    const { title, items, anyOf = [], properties = {} } = schema as Shown;
    if (!top && title !== undefined && Object.keys(properties).length > 0) {
      if (found.has(title)) return;
      found.set(title, schema);
    }
    look(items, false);
    for (const one of [...anyOf, ...Object.values(properties)]) look(one, false);
  };
  for (const schema of schemas) look(schema, true);
  return new Map([...found].toSorted(([a], [b]) => a.localeCompare(b)));
}

const anchor = (sender: string, name: string): string => `${sender}-${name.replaceAll(':', '-')}`;

function clientEvent(handler: LiveHandler): string {
  const { name, summary, body, reply } = handler.event;
  const codes = codesOf(handler).map((code) => `<a href="/api/docs/errors#${code}" title="${escaped(titleOf(code))}">${code}</a>`).join(' · ');
  return `<section id="${anchor('client', name)}"><h3>${name}</h3><p>${escaped(summary)}${handler.guests === true ? ' <small>Guests too, in their room.</small>' : ''}</p>
${fields(body)}<h4>Acknowledged with <code>${escaped(typeOf(reply))}</code></h4>${fields(reply)}<p class="codes">${codes}</p></section>`;
}

const serverEvent = ({ name, summary, payload, gathers }: (typeof serverEvents)[number]): string =>
  `<section id="${anchor('server', name)}"><h3>${name}</h3><p>${escaped(summary)}${gathers === true ? ' <small>Several may come as one.</small>' : ''}</p>
${fields(payload)}</section>`;

/** Readable without a script; the description for programs is `/api/asyncapi.json`. */
export function liveReferencePage(handlers: readonly LiveHandler[]): string {
  const types = namedIn([...handlers.flatMap(({ event }) => [event.body, event.reply]), ...serverEvents.map(({ payload }) => payload)]);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>WatchParty live events</title><link rel="icon" href="data:,">
<style>
:root{color-scheme:dark}
body{font:16px/1.6 system-ui,sans-serif;background:#0f0f0f;color:#e7e7e7;max-width:60rem;margin:3rem auto;padding:0 1rem}
a{color:#ffb454}h2{margin:3rem 0 1rem}section{background:#1a1a1a;border-radius:.5rem;padding:.6rem 1rem;margin:1rem 0;overflow-x:auto}
section:target{outline:2px solid #ffb454}h3{margin:.3rem 0;font:1.05rem ui-monospace,monospace;color:#ffb454}h4{margin:.8rem 0 .2rem}
table{border-collapse:collapse}td{padding:.15rem 1rem .15rem 0;vertical-align:top}code,pre{font:.9rem ui-monospace,monospace}
pre{background:#1a1a1a;border-radius:.5rem;padding:1rem;overflow-x:auto}.codes{font-size:.85rem}small{color:#b0b0b0}
</style></head>
<body>
<h1>Live events</h1>
<p>Socket.IO 4 at <code>/socket.io</code>, over WebSocket (long polling works where one node serves all). Also as <a href="/api/asyncapi.json">AsyncAPI</a>, for programs; beside it the
<a href="/api/docs">HTTP API</a> and its <a href="/api/docs/errors">error codes</a>.</p>
<pre>import { io } from 'socket.io-client';

const socket = io('https://your.server', { transports: ['websocket'], auth: { token: accessToken } });
socket.on('connect_error', (error) =&gt; console.log(error.data)); // problem details
const answer = await socket.emitWithAck('room:join', { roomId: 5 });
if (answer.success) console.log(answer.data); else console.log(answer.code, answer.detail);</pre>
<p>Each event of a client is acknowledged with <code>{"success": true, "data": …}</code>, or with problem details that have
<code>"success": false</code>, a stable <code>code</code> and, where it is worth another try, <code>retryAfterSeconds</code>. Events have one
argument. Those of one connection are begun in their order; who needs one to be done before the next waits for its acknowledgement.
After a reconnect, join again with the last <code>seq</code>: what was missed comes with the answer.</p>
<h2>From the client</h2>
${handlers.map(clientEvent).join('\n')}
<h2>From the server</h2>
${serverEvents.map(serverEvent).join('\n')}
<h2>Types</h2>
${[...types].map(([title, schema]) => `<section id="type-${title}"><h3>${title}</h3>${fields(schema)}</section>`).join('\n')}
</body>
</html>
`;
}
