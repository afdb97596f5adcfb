import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { type FieldError, Problem } from '../../kernel/problem.ts';
import { refuseUnsafe } from './json-body.ts';

/** Gives the value back as it shall be used, or throws. */
type Check = (value: unknown) => unknown;
type Part = 'params' | 'query' | 'body';

const NOTHING = Type.Object({}, { additionalProperties: false });
const MAX_REPORTED = 20;
/** The names in a refused body are the sender's own, and may be as long as it. */
const MAX_FIELD = 200;

/** Checks one part of a request; throws `request.invalid` with a JSON pointer for each refused field. */
export function compileBody(schema: TSchema, { optional }: { readonly optional: boolean }): Check {
  const validator = Compile(schema);
  return (given) => {
    const value = given === undefined && optional ? {} : given;
    if (value === undefined) throw new Problem('request.body_malformed', { detail: 'A JSON body is required here' });
    if (!validator.Check(value)) throw invalid('body', validator.Errors(value));
    return value;
  };
}

/**
 * The same for what arrives as text in the address: converts strictly (`5`, not `05`, `5.0`, `0x5` or ` 5`) and
 * fills in defaults.
 */
export function compileText(part: 'params' | 'query', schema: TSchema = NOTHING): Check {
  const validator = Compile(schema);
  const properties = (schema as { properties?: Record<string, TSchema> }).properties ?? {};
  return (value) => {
    const given = value as Record<string, unknown>;
    refuseUnsafe(given, `/${part}`);
    // `/rooms/` is not a room without an id.
    if (part === 'params' && Object.values(given).includes('')) throw new Problem('route.not_found');
    const converted: Record<string, unknown> = {};
    for (const [name, text] of Object.entries(given)) converted[name] = convert(properties[name], text);
    for (const [name, property] of Object.entries(properties)) {
      const fallback = (property as { default?: unknown }).default;
      if (converted[name] === undefined && fallback !== undefined) converted[name] = fallback;
    }
    if (!validator.Check(converted)) throw invalid(part, validator.Errors(converted));
    return converted;
  };
}

function convert(schema: TSchema | undefined, text: unknown): unknown {
  if (schema === undefined || typeof text !== 'string') return text;
  const type = (schema as { type?: string }).type;
  if (type === 'integer' && /^(?:0|-?[1-9]\d{0,14})$/.test(text)) return Number(text);
  if (type === 'number' && /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/.test(text)) return Number(text);
  if (type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

function invalid(part: Part, errors: readonly unknown[]): Problem {
  const fields: FieldError[] = [];
  for (const error of errors as readonly SchemaError[]) {
    // A refused additional property is reported under its own name; the parent's summary would only repeat it.
    if (error.keyword === 'additionalProperties') continue;
    const base = `/${part}${error.instancePath}`.slice(0, MAX_FIELD);
    if (error.keyword === 'required') {
      for (const name of (error.params as { requiredProperties?: string[] }).requiredProperties ?? []) {
        fields.push({ field: `${base}/${name}`, message: 'is required' });
      }
    } else if (error.keyword === 'boolean') {
      fields.push({ field: base, message: 'is not a known field' });
    } else {
      fields.push({ field: base, message: error.message });
    }
  }
  return new Problem('request.invalid', {
    detail: fields.length === 1 ? `${fields[0]!.field} ${fields[0]!.message}` : 'Some fields do not fit; see errors',
    errors: fields.slice(0, MAX_REPORTED),
  });
}
