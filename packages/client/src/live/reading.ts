import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';

const lenient = new WeakMap<TSchema, TSchema>();

/**
 * What came, if it has at least what the schema asks for. Fields that the schema does not know are kept, for a newer
 * server may send more.
 */
export function read<T extends TSchema>(schema: T, value: unknown): Static<T> | undefined {
  let known = lenient.get(schema);
  if (known === undefined) {
    known = openly(schema) as TSchema;
    lenient.set(schema, known);
  }
  return Value.Check(known, value) ? (value as Static<T>) : undefined;
}

/** The schema without its `additionalProperties: false`, at any depth. */
function openly(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(openly);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key, value]) => !(key === 'additionalProperties' && value === false))
      .map(([key, value]) => [key, openly(value)]),
  );
}
