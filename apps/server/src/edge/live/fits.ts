import { type ServerEvent, serverEvents } from '@watchparty/protocol';
import { Compile } from 'typebox/compile';

/** The declared event of this name, if the payload fits it; throws otherwise. */
export type Fits = (name: string, payload: unknown) => ServerEvent;

export function createFits(): Fits {
  const declared = new Map(serverEvents.map((event) => [event.name, { event, validator: Compile(event.payload) }]));
  return (name, payload) => {
    const found = declared.get(name);
    if (found === undefined) throw new Error(`No event of the server is called ${name}`);
    const { event, validator } = found;
    if (validator.Check(payload)) return event;
    throw new Error(`${name} does not fit its schema: ${JSON.stringify(validator.Errors(payload)).slice(0, 2000)}`);
  };
}
