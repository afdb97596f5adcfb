import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';

/** Writes bytes as they are and reads until the other side ends the connection, or says no more for `quietMs`. */
export async function exchange(url: string, message: string, { quietMs = 300 } = {}): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let answer = '';
  socket.on('data', (chunk: Buffer) => {
    answer += chunk.toString('latin1');
  });
  // The server may end it before all is written.
  socket.on('error', () => {});
  socket.setTimeout(quietMs, () => socket.destroy());
  socket.write(Buffer.from(message, 'latin1'));
  await once(socket, 'close');
  return answer;
}

/** A request whose path nobody has tidied up. */
export async function askRaw(
  url: string, path: string, headers: Readonly<Record<string, string>> = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk)).on('error', reject)
        .on('end', () => resolve({ status: response.statusCode!, text }));
    }).on('error', reject).end();
  });
}
