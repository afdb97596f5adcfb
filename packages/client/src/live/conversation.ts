import type { DirectMessage, MessagePointers, Person } from '@watchparty/protocol';
import type { ChatNews } from './message-log.ts';
import type { NewDirectMessage, OutgoingMessage } from './outgoing.ts';
import type { ResumePosition } from './room.ts';
import type { Store } from './store.ts';

export interface ConversationState {
  /** `loading`: not known yet, or again after the connection broke; what was known before stays. `refused`: for good, see `error`. */
  readonly status: 'loading' | 'ready' | 'refused' | 'closed';
  readonly error?: unknown;
  /** Nothing that was written or changed is missing. */
  readonly upToDate: boolean;
  /** Undefined until it was loaded for the first time. */
  readonly peer: Person | undefined;
  /** The newest messages, in ascending `seq` without a gap. */
  readonly messages: readonly DirectMessage[];
  /** There may be messages before those. */
  readonly hasOlder: boolean;
  /** How far oneself, and the other, have got and read. */
  readonly own: MessagePointers;
  readonly theirs: MessagePointers;
  /** One's own that have not come back yet. */
  readonly outgoing: readonly OutgoingMessage[];
}

export interface ConversationOptions {
  /** What the app has already is not delivered again. */
  readonly resume?: ResumePosition;
  /** Messages, each once and in ascending `seq`, and those that are different now. */
  readonly onMessages?: (news: ChatNews<DirectMessage>) => void;
  /** How many of the newest messages `state` keeps: 1,000. */
  readonly keepMessages?: number;
  /** How often to ask whether something was missed that nobody told of, ms: 120,000, give or take a quarter. */
  readonly checkEveryMs?: number;
}

export interface ConversationSession extends Store<ConversationState> {
  readonly peerId: number;
  /** Undefined before it was loaded. */
  readonly resumePosition: ResumePosition | undefined;
  /** Puts a message on its way; it arrives once, however long that takes. */
  send(message: NewDirectMessage | string): OutgoingMessage;
  /** Sends again what was refused. */
  retry(clientMessageId: string): void;
  discard(clientMessageId: string): void;
  /** One has read all that `state` shows. */
  markRead(): Promise<void>;
  /** The other is told that one is writing, as often as the server passes it on. */
  typing(): void;
  /** Answers whether there are older ones still. */
  loadOlder(limit?: number): Promise<boolean>;
  /** Hears and sends nothing more. */
  close(): void;
}
