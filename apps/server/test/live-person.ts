import {
  type ChatNews, createHttpClient, createLiveClient, createMemoryTokenStore, type HttpClient, type LiveClient, type OutgoingStorage, type ResumePosition,
  type RoomFollowing, type RoomSession,
} from '@watchparty/client';
import { chatDelete, chatEdit, chatReact, type Playback } from '@watchparty/protocol';
import { between, type Random } from '@watchparty/redis-kit/test/history';
import { createSimulatedPlayer, type SimulatedPlayer } from '../../../examples/simulated-player.ts';
import type { TestUser } from './factories.ts';
import type { Given } from './live-history-check.ts';

/** Somebody in a room: says things, changes them, and reloads the page now and then. */
export interface Person {
  readonly name: string;
  readonly userId: number;
  readonly roomId: number;
  readonly http: HttpClient;
  readonly live: LiveClient;
  readonly session: RoomSession;
  readonly player: SimulatedPlayer | undefined;
  /** When the page was opened, by the true clock. */
  readonly openedAtMs: number;
  readonly following: RoomFollowing | undefined;
  /** What they gave to their client, in order. */
  readonly given: readonly Given[];
  /** What their client told them of, in order, over reloads. */
  readonly told: readonly { readonly seq: number; readonly id: string }[];
  /** From a broken connection until they heard the room again, ms. */
  readonly resumedMs: readonly { readonly ms: number; readonly during: string }[];
  /** What the server answered by HTTP that was no success. */
  readonly refusals: readonly string[];
  say(): void;
  /** Takes back answers to what was deleted meanwhile: those are refused, rightly. */
  takeBackRefused(): void;
  /** Changes something that was said; whether that succeeds is not known here. */
  change(): Promise<void>;
  command(): Promise<void>;
  /** Closes the page and opens it again. */
  reload(): void;
  stopFollowing(): void;
  close(): void;
}

interface Settings {
  readonly url: string;
  readonly user: TestUser;
  readonly roomId: number;
  readonly random: Random;
  readonly withPlayer: boolean;
  readonly onPlayback: (playback: Playback) => void;
  /** What is being done to the world. */
  readonly during: () => string;
}

/** All nodes and players are on this machine, so its clock is the true one. */
export const trueNow = (): number => performance.timeOrigin + performance.now();

const EMOJI = ['👍', '🎬', '😂'] as const;

export function openPerson({ url, user, roomId, random, withPlayer, onPlayback, during }: Settings): Person {
  const tokens = createMemoryTokenStore({ accessToken: user.token, refreshToken: user.refreshToken });
  const refusals: string[] = [];
  const http = createHttpClient({
    baseUrl: url, tokens,
    async fetch(input, init) {
      const response = await fetch(input, init);
      if (!response.ok) refusals.push(`${response.status} ${await response.clone().text().catch(String)}`);
      return response;
    },
  });
  const kept = new Map<string, string>();
  const storage: OutgoingStorage = {
    get: (key) => kept.get(key),
    set: (key, value) => void (value === null ? kept.delete(key) : kept.set(key, value)),
  };
  const given: Given[] = [];
  const told: { seq: number; id: string }[] = [];
  const resumedMs: { ms: number; during: string }[] = [];
  let page = openPage(undefined);

  function openPage(resume: ResumePosition | undefined) {
    const live = createLiveClient({ baseUrl: url, tokens, http, outgoingStorage: storage, random });
    const session = live.joinRoom(roomId, {
      ...(resume !== undefined && { resume }),
      keepMessages: 100_000,
      onChat: ({ delivered }: ChatNews) => told.push(...delivered.map(({ seq, id }) => ({ seq, id }))),
    });
    const player = withPlayer ? createSimulatedPlayer() : undefined;
    const following = player && session.follow(player);
    watch(session);
    return { live, session, player, following, openedAtMs: trueNow() };
  }

  function watch(session: RoomSession): void {
    let lost: { readonly atMs: number; readonly during: string } | undefined;
    let { playback, status } = session.state;
    session.subscribe(() => {
      const { state } = session;
      if (state.playback !== undefined && state.playback !== playback) onPlayback(state.playback);
      ({ playback } = state);
      if (state.status === status) return;
      if (status === 'entered') lost = { atMs: performance.now(), during: during() };
      if (state.status === 'entered' && lost !== undefined) resumedMs.push({ ms: performance.now() - lost.atMs, during: lost.during });
      ({ status } = state);
    });
  }

  const anyMessage = () => page.session.state.messages.at(-between(random, 1, 20));
  const pick = <T>(items: readonly T[]): T => items[between(random, 0, items.length - 1)]!;

  return {
    name: user.username, userId: user.id, roomId, http, given, told, resumedMs, refusals,
    get live() {
      return page.live;
    },
    get session() {
      return page.session;
    },
    get player() {
      return page.player;
    },
    get openedAtMs() {
      return page.openedAtMs;
    },
    get following() {
      return page.following;
    },
    say() {
      const content = `${user.username} says ${given.length}`;
      const answered = random() < 0.1 ? anyMessage() : undefined;
      const { clientMessageId } = page.session.send({ content, ...(answered !== undefined && { replyToId: answered.id }) });
      given.push({ roomId, userId: user.id, clientMessageId, content });
    },
    takeBackRefused() {
      const { messages, outgoing } = page.session.state;
      for (const { clientMessageId, replyToId, status } of outgoing) {
        const answered = messages.find(({ id }) => id === replyToId);
        if (status !== 'failed' || answered === undefined || answered.deletedAt === null) continue;
        page.session.discard(clientMessageId);
        given.splice(given.findIndex((one) => one.clientMessageId === clientMessageId), 1);
      }
    },
    async change() {
      const message = anyMessage();
      if (message === undefined || message.deletedAt !== null) return;
      const { live } = page;
      const { id } = message;
      const which = random();
      const done = message.userId !== user.id || which < 0.5
        ? live.request(chatReact, { roomId, id, emoji: pick(EMOJI) })
        : which < 0.85
          ? live.request(chatEdit, { roomId, id, content: `${message.content}, corrected` })
          : live.request(chatDelete, { roomId, id });
      await done.catch(() => {});
    },
    async command() {
      const command = pick([
        { action: 'play' }, { action: 'play' }, { action: 'pause' }, { action: 'seek', position: between(random, 0, 3600) }, { action: 'rate', rate: pick([1, 1.25]) },
      ] as const);
      await page.session.command(command).catch(() => {});
    },
    reload() {
      const { resumePosition } = page.session;
      page.following?.close();
      page.player?.close();
      page.live.close();
      page = openPage(resumePosition);
    },
    stopFollowing() {
      page.following?.close();
      page.player?.close();
    },
    close() {
      page.following?.close();
      page.player?.close();
      page.live.close();
    },
  };
}
