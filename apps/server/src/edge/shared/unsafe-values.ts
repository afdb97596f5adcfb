import { Problem } from '../../kernel/problem.ts';

/** Deeper than any body of ours; keeps this walk and the validators off the stack's end. */
const MAX_DEPTH = 32;
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

/** Throws on what could not be stored or could change an object's nature. `field` is the JSON pointer of `value`. */
export function refuseUnsafe(value: unknown, field: string): void {
  const path: string[] = [];
  const reason = unsafe(value, path);
  if (reason === undefined) return;
  const pointer = [field, ...path].map((step) => step.slice(0, 100)).join('/');
  const shown = pointer.toWellFormed().replaceAll('\0', '\uFFFD');
  throw new Problem('request.invalid', { errors: [{ field: shown, message: reason }] });
}

/**
 * Why `value` is refused, with the way to it in `path`; undefined when it is not. A body may hold half a million values:
 * nothing is made for them.
 */
function unsafe(value: unknown, path: string[]): string | undefined {
  if (typeof value === 'string') return unsafeText(value);
  if (typeof value !== 'object' || value === null) return undefined;
  if (path.length >= MAX_DEPTH) return 'is nested too deeply';
  const list = Array.isArray(value);
  for (const name in value) {
    const ofName = list ? undefined : unsafeName(name);
    if (ofName !== undefined) return ofName;
    path.push(name);
    const reason = unsafe((value as Record<string, unknown>)[name], path);
    if (reason !== undefined) return reason;
    path.pop();
  }
  return undefined;
}

const unsafeName = (name: string): string | undefined =>
  FORBIDDEN_NAMES.has(name) ? `must not have a field named ${name}` : unsafeText(name);

function unsafeText(text: string): string | undefined {
  if (text.includes('\0')) return 'must not contain the NUL character';
  if (!text.isWellFormed()) return 'must not contain half of a surrogate pair';
  return undefined;
}
