import { isDeepStrictEqual } from 'node:util';
import type { ChatMessage } from '@watchparty/protocol';

/**
 * The rules that a history of people talking in live rooms must obey, whatever was killed meanwhile.
 *
 * **W1** Each message that was acknowledged is in its room exactly once, and a room's `seq` has neither gap nor repeat.
 * **W2** Each member was told of each message after the one where they began: once, and in ascending `seq`.
 * **W3** Nobody was told of a message that is not in the room, or of another one under its `seq`.
 * **W4** One person's messages are in the order in which they gave them.
 * **W5** What a member shows in the end is what the room is: each message as its latest change left it.
 */

/** A message that somebody has given to their client, and that was acknowledged. */
export interface Given {
  readonly roomId: number;
  readonly userId: number;
  readonly clientMessageId: string;
  readonly content: string;
}

export interface Member {
  readonly name: string;
  readonly roomId: number;
  /** They had the messages up to this one before. */
  readonly beganAfterSeq: number;
  /** In the order in which they were told. */
  readonly told: readonly { readonly seq: number; readonly id: string }[];
  /** What they show in the end. */
  readonly shown: readonly ChatMessage[];
}

export interface LiveHistory {
  /** In the order in which each person gave them. */
  readonly given: readonly Given[];
  readonly members: readonly Member[];
  /** Each room's messages as the server has them. */
  readonly rooms: ReadonlyMap<number, readonly ChatMessage[]>;
}

export interface LiveViolation {
  readonly rule: 'W1' | 'W2' | 'W3' | 'W4' | 'W5';
  readonly what: string;
}

export function liveViolations({ given, members, rooms }: LiveHistory): LiveViolation[] {
  return [
    ...[...rooms].flatMap(([roomId, messages]) => numbering(roomId, messages)),
    ...acknowledged(given, rooms),
    ...members.flatMap((member) => [...telling(member, rooms.get(member.roomId) ?? []), ...showing(member, rooms.get(member.roomId) ?? [])]),
  ];
}

function numbering(roomId: number, messages: readonly ChatMessage[]): LiveViolation[] {
  return messages.flatMap(({ seq }, index) =>
    seq === index + 1 ? [] : [{ rule: 'W1' as const, what: `room ${roomId} has seq ${seq} at place ${index + 1}` }]);
}

function acknowledged(given: readonly Given[], rooms: LiveHistory['rooms']): LiveViolation[] {
  const found: LiveViolation[] = [];
  const lastSeq = new Map<string, number>();
  for (const { roomId, userId, clientMessageId, content } of given) {
    const same = (rooms.get(roomId) ?? []).filter((one) => one.userId === userId && one.clientMessageId === clientMessageId);
    const of = `${clientMessageId} (${content}) of ${userId} in room ${roomId}`;
    if (same.length !== 1) found.push({ rule: 'W1', what: `${of} is there ${same.length} times` });
    const sender = `${roomId} ${userId}`;
    const seq = same[0]?.seq ?? Infinity;
    if (seq < (lastSeq.get(sender) ?? 0)) found.push({ rule: 'W4', what: `${of} has seq ${seq}, before one that was given earlier` });
    if (Number.isFinite(seq)) lastSeq.set(sender, seq);
  }
  return found;
}

function telling({ name, beganAfterSeq, told }: Member, messages: readonly ChatMessage[]): LiveViolation[] {
  const found: LiveViolation[] = [];
  const bySeq = new Map(messages.map((message) => [message.seq, message.id]));
  const heard = new Set<number>();
  let last = beganAfterSeq;
  for (const { seq, id } of told) {
    if (bySeq.get(seq) !== id) found.push({ rule: 'W3', what: `${name} was told of ${id} as seq ${seq}, which is ${bySeq.get(seq) ?? 'nothing'}` });
    if (heard.has(seq)) found.push({ rule: 'W2', what: `${name} was told of seq ${seq} twice` });
    else if (seq <= last) found.push({ rule: 'W2', what: `${name} was told of seq ${seq} after ${last}` });
    heard.add(seq);
    last = Math.max(last, seq);
  }
  for (const { seq } of messages) {
    if (seq > beganAfterSeq && !heard.has(seq)) found.push({ rule: 'W2', what: `${name} was never told of seq ${seq}` });
  }
  return found;
}

function showing({ name, shown }: Member, messages: readonly ChatMessage[]): LiveViolation[] {
  const first = shown[0]?.seq ?? Infinity;
  const expected = messages.filter(({ seq }) => seq >= first);
  const bySeq = new Map(shown.map((message) => [message.seq, message]));
  return expected.flatMap((message) => {
    const mine = bySeq.get(message.seq);
    if (mine !== undefined && isDeepStrictEqual(comparable(mine), comparable(message))) return [];
    return [{ rule: 'W5' as const, what: `${name} shows ${JSON.stringify(mine)} instead of ${JSON.stringify(message)}` }];
  });
}

/** Of several emoji on one message, the order among them means nothing. */
const comparable = (message: ChatMessage): ChatMessage => ({
  ...message, reactions: message.reactions.toSorted((a, b) => (a.emoji < b.emoji ? -1 : 1)),
});

/** The first few, for a person. */
export const describeLiveViolations = (found: readonly LiveViolation[]): string =>
  `${found.length} violations\n${found.slice(0, 8).map(({ rule, what }) => `${rule}: ${what}`).join('\n')}`;
