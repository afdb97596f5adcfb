import type { Conn } from './packets.ts';

/** What the WebSocket below a connection tells; others have none of it. */
interface Transport {
  readonly socket?: { readonly bufferedAmount: number; terminate(): void };
}

const webSocketOf = (conn: Conn): Transport['socket'] => (conn.transport as unknown as Transport).socket;

/** What has been told to a connection and has not left this process: characters, near enough bytes. */
export function bufferedBytes(conn: Conn): number {
  const { writeBuffer } = conn as unknown as { readonly writeBuffer: readonly { readonly data?: { readonly length?: number } }[] };
  let bytes = webSocketOf(conn)?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) bytes += data?.length ?? 0;
  return bytes;
}

/** Ends it at once: a goodbye would wait behind what is not being read. */
export function cutOff(conn: Conn): void {
  const webSocket = webSocketOf(conn);
  if (webSocket === undefined) conn.close(true);
  else webSocket.terminate();
}
