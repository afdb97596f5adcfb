import { useText } from './use-text.ts';

/** What is called by a name of the server's, in words where there are any: a newer server knows more names. */
export function useNames(): { readonly queue: (name: string) => string; readonly policy: (name: string) => string } {
  const { t, has } = useText();
  const named = (prefix: string) => (name: string): string => {
    const key = `${prefix}.${name}`;
    return has(key) ? t(key) : name;
  };
  return { queue: named('jobs.queue'), policy: named('limits.policy') };
}
