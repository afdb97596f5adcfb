import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { type FieldError, Problem } from '../../kernel/problem.ts';

/** Gives the value back as it shall be used, or throws. */
export type Check = (value: unknown) => unknown;
type Part = 'params' | 'query' | 'body';

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

interface SchemaError {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/** The problem with what a validator found wrong. */
export function invalid(part: Part, errors: readonly unknown[]): Problem {
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
