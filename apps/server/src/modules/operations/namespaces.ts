import type { CachePolicyDeclaration } from '../../kernel/cache-policy.ts';

/** What all entries' keys begin with. Tag versions (`cache-tag:`), sessions, limits and queues begin otherwise. */
export const ENTRY_PREFIXES = ['cache:', 'message:', 'messages:'] as const;
export const OTHER = 'other';

type Named = Pick<CachePolicyDeclaration, 'name' | 'key'>;

/** Tells which policy a key belongs to; `other` for an entry of none, as an earlier version may have left; undefined for what is no entry. */
export function namespacesOf(policies: readonly Named[]): (key: string) => string | undefined {
  const patterns = policies.map(({ name, key }) => ({ name, pattern: patternOf(key) }));
  return (key) => {
    if (!ENTRY_PREFIXES.some((prefix) => key.startsWith(prefix))) return undefined;
    return patterns.find(({ pattern }) => pattern.test(key))?.name ?? OTHER;
  };
}

/** `cache:room:{id}` → what its keys look like. A value at the end may hold colons: `latest:50`. */
function patternOf(key: string): RegExp {
  const parts = key.split(/\{\w+\}/).map((text) => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const last = parts.at(-1) === '' ? parts.length - 2 : -1;
  return new RegExp(`^${parts.map((text, at) => `${text}${at === parts.length - 1 ? '' : at === last ? '.+' : '[^:]+'}`).join('')}$`);
}
