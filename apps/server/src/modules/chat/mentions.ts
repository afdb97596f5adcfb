import type { ChatMention } from '@watchparty/protocol';

/** `@` and a username, not in the middle of a word, an address or a path. */
const MENTION = /(?<![\p{L}\p{N}_@./-])@([A-Za-z0-9](?:[A-Za-z0-9_.-]{0,28}[A-Za-z0-9_])?)(?![\p{L}\p{N}@])/gu;
/** More in one message address nobody. */
const MOST = 20;

/** The names that a text seems to call, in lower case, each once, in the order of the text. CH7 */
export function namesIn(content: string): string[] {
  if (!content.includes('@')) return [];
  const names = new Set<string>();
  for (const [, name] of content.matchAll(MENTION)) names.add(name!.toLowerCase());
  return [...names].slice(0, MOST);
}

/** Who is mentioned, in the order of the text, of those who were found. */
export function mentionsOf(
  content: string, roomId: number, found: readonly (ChatMention & { readonly roomId: number; readonly name: string })[],
): ChatMention[] {
  return namesIn(content).flatMap((name) => {
    const person = found.find((one) => one.roomId === roomId && one.name === name);
    return person === undefined ? [] : [{ userId: person.userId, username: person.username }];
  });
}
