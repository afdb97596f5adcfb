/** Redis's own globs, as far as keys need them: `*` and `?`. */
export function globMatches(pattern: string, key: string): boolean {
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*').replaceAll('?', '.');
  return new RegExp(`^${source}$`, 's').test(key);
}
