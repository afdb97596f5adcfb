import type { TSchema } from 'typebox';

export interface Json {
  [key: string]: unknown;
}

/** A titled schema by reference; put into `components` when it is met for the first time. */
export function componentOf(schema: TSchema, components: Json): Json {
  const title = (schema as { title?: string }).title!;
  components[title] ??= children(schema, components);
  return { $ref: `#/components/schemas/${title}` };
}

/** The schema as the description shows it: titled ones by reference, the others inline. */
export function named(schema: TSchema, components: Json): Json {
  const { title } = schema as { title?: string };
  return title === undefined ? children(schema, components) : componentOf(schema, components);
}

function children(schema: unknown, components: Json): Json {
  const out: Json = {};
  for (const [key, value] of Object.entries(schema as Json)) {
    if (key === 'properties') {
      const properties = Object.entries(value as Json);
      out[key] = Object.fromEntries(properties.map(([name, item]) => [name, named(item as TSchema, components)]));
    } else if (key === 'items') {
      out[key] = named(value as TSchema, components);
    } else if (key === 'anyOf' || key === 'allOf' || key === 'oneOf') {
      out[key] = (value as TSchema[]).map((item) => named(item, components));
    } else {
      out[key] = value;
    }
  }
  return out;
}
