import Type from 'typebox';
import type { Channel } from '../../kernel/live.ts';

/** What one node tells the others: something for all in a channel, or who hears a channel no more (without users: nobody does). */
export type Word =
  | { readonly tell: readonly [channel: Channel, event: string, payload: unknown] }
  | { readonly expel: readonly [channel: Channel, userIds?: readonly number[]] };

export const Words = Type.Array(Type.Union([
  Type.Object({ tell: Type.Tuple([Type.String(), Type.String(), Type.Unknown()]) }),
  Type.Object({ expel: Type.Union([Type.Tuple([Type.String()]), Type.Tuple([Type.String(), Type.Array(Type.Integer())])]) }),
]));

export interface LineListener {
  /** What another node has said, in its order. */
  heard(words: readonly Word[]): void;
  /** Something was said that this node has not heard and will not. */
  missed(): void;
}

/** Carries words to all other nodes with live connections. */
export interface Line {
  /** Resolves when they are sure to be heard; rejects, soon, when the line is away or it is not known. */
  say(words: readonly Word[]): Promise<void>;
  /** Begins to hear; called once, where there are connections. */
  listen(listener: LineListener): void;
  /** Calls back when what could not be said can be said again. */
  onBack(listener: () => void): void;
  close(): Promise<void>;
}

/** A node that is alone. */
export const createLoneLine = (): Line => ({
  say: () => Promise.resolve(),
  listen: () => {},
  onBack: () => {},
  close: () => Promise.resolve(),
});
