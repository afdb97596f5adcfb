import type { ChatMessage, LiveParticipant, Playback, PlaybackCommand, Room, roomExpelled } from '@watchparty/protocol';
import type { Static } from 'typebox';
import type { ApiError } from '../api-error.ts';
import type { Player } from '../sync/index.ts';
import type { ChatNews } from './message-log.ts';
import type { NewMessage, OutgoingMessage } from './outgoing.ts';
import type { RoomFollowing, RoomFollowOptions } from './room-following.ts';
import type { Listen } from './server-events.ts';
import type { Store } from './store.ts';

type ExpelReason = Static<(typeof roomExpelled)['payload']>['reason'];

export interface RoomState {
  /**
   * `entering`: not in it yet, or again after the connection broke; what was known before stays. `entered`: hears it.
   * The others are for good: `refused` (see `error`), `expelled` (see `expelled`), `left` (by oneself).
   */
  readonly status: 'entering' | 'entered' | 'refused' | 'expelled' | 'left';
  readonly error?: ApiError;
  readonly expelled?: ExpelReason;
  /** Entered, and nothing that was said or changed is missing. */
  readonly upToDate: boolean;
  /** Undefined until it was entered for the first time, as are the following. */
  readonly room: Room | undefined;
  readonly playback: Playback | undefined;
  readonly participants: readonly LiveParticipant[];
  readonly onlineCount: number;
  /** The newest messages, in ascending `seq` without a gap. */
  readonly messages: readonly ChatMessage[];
  /** There may be messages before those. */
  readonly hasOlder: boolean;
  /** One's own that have not come back yet. */
  readonly outgoing: readonly OutgoingMessage[];
}

/** What an app has of a room's chat, to go on from there another time. */
export interface ResumePosition {
  readonly lastSeq: number;
  readonly changeCursor: number;
}

export interface RoomOptions {
  readonly password?: string;
  readonly invite?: string;
  /** What the app has already is not delivered again. */
  readonly resume?: ResumePosition;
  /** Messages, each once and in ascending `seq`, and those that are different now. */
  readonly onChat?: (news: ChatNews) => void;
  /** How many of the newest messages `state` keeps: 1,000. */
  readonly keepMessages?: number;
  /** How often to ask whether something was missed that nobody told of, ms: 120,000, give or take a quarter. */
  readonly checkEveryMs?: number;
}

export interface RoomSession extends Store<RoomState> {
  readonly roomId: number;
  /** Resolves when the room has been entered; rejects when that is refused. */
  entered(signal?: AbortSignal): Promise<RoomState>;
  /** Undefined before the room was entered. */
  readonly resumePosition: ResumePosition | undefined;
  /** Puts a message on its way; it arrives once, however long that takes. */
  send(message: NewMessage | string): OutgoingMessage;
  /** Sends again what was refused. */
  retry(clientMessageId: string): void;
  discard(clientMessageId: string): void;
  /** Answers whether there are older ones still. */
  loadOlder(limit?: number): Promise<boolean>;
  /** Acts on the timeline that `state` shows; refused when somebody else acted first. */
  command(command: Omit<PlaybackCommand, 'version'>): Promise<Playback>;
  /** Moves the player with the room's timeline, until told to stop. */
  follow(player: Player, options?: RoomFollowOptions): RoomFollowing;
  /** Events that are about this room. */
  readonly on: Listen;
  /** Leaves; with `stay` one still takes part in the room. */
  leave(options?: { readonly stay?: boolean }): Promise<void>;
  /** Hears and sends nothing more, without telling the server. */
  close(): void;
}

/** Before anything is known. */
export const UNKNOWN: RoomState = {
  status: 'entering', upToDate: false, room: undefined, playback: undefined, participants: [], onlineCount: 0, messages: [], hasOlder: false,
  outgoing: [],
};
