import type { Server } from 'socket.io';
import type { Channel } from '../../kernel/live.ts';
import type { Conn } from './packets.ts';

/** Sends one event to all of this node's connections in a channel; false: there are none. */
export type FanOut = (channel: Channel, event: string, payload: unknown) => boolean;

/** The first byte of a WebSocket message that is one whole text; RFC 6455, 5.2. */
const WHOLE_TEXT = 0x81;
const OPEN = 1;

/** What is below a connection that has a WebSocket. */
interface WebSocketTransport {
  readonly name: string;
  readonly socket?: {
    readonly readyState: number;
    readonly _socket?: { write(bytes: Buffer): boolean };
  };
}

/**
 * What Socket.IO's own broadcast does, but one buffer, made once, goes right to each connection's socket: not through six
 * layers that wrap it for each, and not as a head and a body. Twice as many connections are told in the same time.
 */
export function createFanOut(io: Server): FanOut {
  const { adapter, sockets } = io.of('/');

  return (channel, event, payload) => {
    const ids = adapter.rooms.get(channel);
    if (ids === undefined) return false;
    // As Socket.IO writes an event (2) within a message (4) of Engine.IO; ours carry no bytes and ask for no acknowledgement.
    const packet = `2${JSON.stringify([event, payload])}`;
    const frame = textFrame(`4${packet}`);
    for (const id of ids) {
      const conn = sockets.get(id)?.conn;
      if (conn === undefined) continue;
      const socket = idleSocketOf(conn);
      if (socket === undefined) conn.write(packet);
      else socket.write(frame);
    }
    return true;
  };
}

/** Undefined where something else must leave first, or there is no WebSocket: nothing may overtake anything. */
function idleSocketOf(conn: Conn): { write(bytes: Buffer): boolean } | undefined {
  const { transport, writeBuffer, upgrading } = conn as unknown as {
    readonly transport: WebSocketTransport; readonly writeBuffer: readonly unknown[]; readonly upgrading: boolean;
  };
  if (writeBuffer.length > 0 || upgrading || transport.name !== 'websocket' || transport.socket?.readyState !== OPEN) return undefined;
  return transport.socket['_socket'];
}

function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const headLength = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafe(headLength + length);
  frame[0] = WHOLE_TEXT;
  if (headLength === 2) {
    frame[1] = length;
  } else if (headLength === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, headLength);
  return frame;
}
