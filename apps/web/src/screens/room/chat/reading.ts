import type { ChatMessage } from '@watchparty/protocol';

const TOGETHER_MS = 5 * 60_000;
/** So near the end, one reads along. */
const NEAR_PX = 80;

/** What is seen of a list of messages. */
export interface View {
  /** The id of the topmost message. */
  readonly first: string | undefined;
  /** Of everything, seen or not. */
  readonly height: number;
}

/** Whether somebody goes on, shortly after, so that their name need not be said again. */
export const follows = (message: Pick<ChatMessage, 'userId' | 'replyTo' | 'createdAt'>, before: Pick<ChatMessage, 'userId' | 'createdAt'> | undefined): boolean =>
  before !== undefined && before.userId === message.userId && message.replyTo === null &&
  Date.parse(message.createdAt) - Date.parse(before.createdAt) < TOGETHER_MS;

export const readsAlong = ({ scrollHeight, scrollTop, clientHeight }: Pick<Element, 'scrollHeight' | 'scrollTop' | 'clientHeight'>): boolean =>
  scrollHeight - scrollTop - clientHeight < NEAR_PX;

/** Where the list is to stand after it has changed: at the end for who reads along, else at what one was reading. */
export function scrolledTo(before: View, now: View, { top, sticks }: { readonly top: number; readonly sticks: boolean }): number {
  if (sticks) return now.height;
  // Older messages have come in above.
  return before.first !== undefined && now.first !== before.first ? top + now.height - before.height : top;
}
