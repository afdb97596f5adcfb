import Type, { type TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Problem } from '../../kernel/problem.ts';
import { type Check, invalid, refuseUnsafe } from '../shared/index.ts';

const NOTHING = Type.Object({}, { additionalProperties: false });

/**
 * Like `compileBody`, for what arrives as text in the address: converts strictly (`5`, not `05`, `5.0`, `0x5` or ` 5`) and
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
