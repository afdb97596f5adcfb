import Type from 'typebox';
import { type EffectHandler, effectKind } from '../../outbox/index.ts';
import type { Storage } from '../../storage/index.ts';

/** A stored film or poster that nothing points to any more is removed, with all that has arrived of it, after the commit that let go of it. */
export const fileRemoved = effectKind(
  'movies.file_removed',
  Type.Object({ key: Type.String() }, { additionalProperties: false }),
  { answerWaits: false },
);

/** What a film was joined from is of no use once the film is the movie's. */
export const piecesRemoved = effectKind(
  'movies.pieces_removed',
  Type.Object({ key: Type.String() }, { additionalProperties: false }),
  { answerWaits: false },
);

export const movieEffects = (storage: Storage): EffectHandler[] => [
  fileRemoved.handler(async (payloads) => {
    for (const { key } of payloads as readonly { key: string }[]) {
      await storage.discard(key);
      await storage.delete(key);
    }
  }),
  piecesRemoved.handler(async (payloads) => {
    for (const { key } of payloads as readonly { key: string }[]) await storage.discard(key);
  }),
];
