import Type from 'typebox';
import { type EffectHandler, effectKind } from '../../outbox/index.ts';
import type { Storage } from '../../storage/index.ts';

/** A stored film that nothing points to any more is removed after the commit that let go of it. */
export const fileRemoved = effectKind(
  'movies.file_removed',
  Type.Object({ key: Type.String() }, { additionalProperties: false }),
  { answerWaits: false },
);

export const movieEffects = (storage: Storage): EffectHandler[] => [
  fileRemoved.handler(async (payloads) => {
    for (const { key } of payloads as readonly { key: string }[]) await storage.delete(key);
  }),
];
