import { Compile } from 'typebox/compile';
import type { EffectHandler } from './handler.ts';

/** Whether a payload is one of its kind; true of kinds without a handler here. */
export function createPayloadCheck(handlers: readonly EffectHandler[]): (kind: string, payload: unknown) => boolean {
  const validators = new Map(handlers.map(({ kind, schema }) => [kind, Compile(schema)]));
  return (kind, payload) => validators.get(kind)?.Check(payload) ?? true;
}
