import type { Socket } from 'socket.io';

/** A connection of Engine.IO, below Socket.IO. */
export type Conn = Socket['conn'];

/** Larger than any body of ours, a message's 4,000 characters among them. */
export const MAX_EVENT_CHARS = 64 * 1024;

interface Packet {
  type: string;
  data?: unknown;
}

/** What an event becomes that is too large to be looked into, or carries bytes; it keeps its acknowledgement. */
export const UNREAD = { tooLarge: '\u0000too-large', binary: '\u0000binary' } as const;

/** An event of Socket.IO: `2` or, with attachments, `5<count>-`, then maybe a namespace and the acknowledgement's number. */
const EVENT = /^(?:2|5\d{0,10}-)(?:\/[^,]{0,100},)?(\d{0,15})/;

/**
 * Looks at what arrives before Socket.IO does. Neither a larger event than we take nor one with bytes is ever parsed:
 * in their place comes one that will be refused, so that the connection stays.
 */
export function watchPackets(conn: Conn): void {
  conn.on('packet', look);
}

/** One for all connections: each that had its own would keep it. */
function look(packet: Packet): void {
  if (packet.type !== 'message') return;
  const { data } = packet;
  if (typeof data !== 'string') {
    // An attachment, whose event has been refused before.
    packet.type = 'noop';
  } else if (data.length > MAX_EVENT_CHARS) {
    replace(packet, data, UNREAD.tooLarge);
  } else if (data.startsWith('5')) {
    replace(packet, data, UNREAD.binary);
  }
}

function replace(packet: Packet, data: string, name: string): void {
  const number = EVENT.exec(data)?.[1];
  if (number === undefined) packet.type = 'noop';
  else packet.data = `2${number}${JSON.stringify([name])}`;
}
