import { clientEvent } from '@watchparty/protocol';
import Type from 'typebox';
import { liveHandler } from '../../../kernel/live.ts';

/** Events of the tests' own. */
export const thingDo = clientEvent({
  name: 'thing:do',
  summary: 'Do something',
  body: Type.Object(
    { roomId: Type.Optional(Type.Integer({ minimum: 1 })), text: Type.Optional(Type.String({ maxLength: 100 })) },
    { additionalProperties: false, title: 'ThingDo' },
  ),
  reply: Type.Object({ done: Type.Integer() }, { additionalProperties: false, title: 'ThingDone' }),
});

export const withName = (name: string): typeof thingDo => ({ ...thingDo, name });

/** Counts how often it was done. */
export function thing(name = thingDo.name, more: Partial<Parameters<typeof liveHandler>[0]> = {}) {
  const done: unknown[] = [];
  return {
    done,
    handler: liveHandler({ event: withName(name), handle: ({ body }) => ({ done: done.push(body) }), ...(more as object) }),
  };
}
