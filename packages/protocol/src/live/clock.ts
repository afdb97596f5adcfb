import Type from 'typebox';
import { clientEvent } from './event.ts';

const Milliseconds = (description: string) => Type.Number({ description });

/** Four timestamps make one exchange; the fourth is taken by the client when the answer arrives. */
export const clockPing = clientEvent({
  name: 'clock:ping',
  summary: 'Tell both clocks apart',
  body: Type.Object({ t0: Milliseconds('The client’s clock when it asked, ms') }, { additionalProperties: false, title: 'ClockPing' }),
  reply: Type.Object(
    {
      t0: Milliseconds('As it was sent'),
      t1: Milliseconds('The server’s clock when the question arrived, ms since the Unix epoch with fractions'),
      t2: Milliseconds('The server’s clock when the answer left'),
    },
    { additionalProperties: false, title: 'ClockPong' },
  ),
});
