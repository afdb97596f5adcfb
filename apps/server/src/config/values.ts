import { CONFIG_KEYS, CONFIG_KEY_NAMES, keyOf, type ConfigKeyName, type ConfigValues } from './keys.ts';
import { quote } from './mask.ts';

/**
 * The default of a key as it would stand in `.env`, `${OTHER_KEY}` filled in from `textOf`.
 * Undefined: the key has none.
 */
export function defaultText(
  name: ConfigKeyName,
  production: boolean,
  textOf: (name: ConfigKeyName) => string | undefined,
): string | undefined {
  const { default: usual, productionDefault } = keyOf(name);
  const template = production ? productionDefault ?? usual : usual;
  return template?.replaceAll(/\$\{([A-Z0-9_]+)\}/g, (_whole, other: string) => textOf(other as ConfigKeyName) ?? '');
}

/** Parses every key, given or default. `errors` has one line for each given text that was refused. */
export function readValues(texts: ReadonlyMap<ConfigKeyName, string>): {
  readonly values: ConfigValues;
  readonly errors: readonly string[];
} {
  const errors: string[] = [];
  const production = CONFIG_KEYS.NODE_ENV.parser.parse(texts.get('NODE_ENV') ?? '') === 'production';
  // A refused text has its own line; what is derived from it must not complain again.
  const usable = (name: ConfigKeyName): string | undefined => {
    const text = texts.get(name);
    if (text !== undefined && keyOf(name).parser.parse(text) !== undefined) return text;
    return defaultText(name, production, usable);
  };

  const valueOf = (name: ConfigKeyName): unknown => {
    const { parser, secret } = keyOf(name);
    const text = texts.get(name);
    if (text !== undefined) {
      const value = parser.parse(text);
      if (value !== undefined) return value;
      errors.push(`${name}: ${secret ? 'the given value' : quote(text)} is not accepted; give ${parser.accepts}`);
    }
    const fallback = defaultText(name, production, usable);
    return fallback === undefined ? undefined : parser.parse(fallback);
  };
  const values = Object.fromEntries(CONFIG_KEY_NAMES.map((name) => [name, valueOf(name)]));
  return { values: values as unknown as ConfigValues, errors };
}
