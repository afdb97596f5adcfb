import { ServerResponse } from 'node:http';

/** Answers whose whole head is text already: `etag: "x"\r\nx-cache: HIT\r\n`. */
export interface ReadyAnswers {
  /** `lines`: of `headerLines`, nothing from outside among them. `body`: JSON, a character for each byte (latin1). */
  ok(response: ServerResponse, lines: string, body: string): void;
  notModified(response: ServerResponse, lines: string): void;
}

/** Where Node itself keeps an answer's finished head, since its first versions, though it is not documented. */
const HEAD = '_header';
type WithHead = Record<typeof HEAD, string>;

/**
 * Node checks each header's name and value at each answer, which for our fifteen costs as much as a fifth of a bare
 * answer. Lines that are known to be good go out as they are; where that does not work, the documented way is taken.
 */
export function createReadyAnswers(keepAliveTimeoutMs: number, takesHead = acceptsHead()): ReadyAnswers {
  const keepAlive = `connection: keep-alive\r\nkeep-alive: timeout=${Math.floor(keepAliveTimeoutMs / 1000)}\r\n\r\n`;
  let date = '';
  let dateUntilMs = 0;

  function dateLine(): string {
    const nowMs = Date.now();
    if (nowMs >= dateUntilMs) {
      date = `date: ${new Date(nowMs).toUTCString()}\r\n`;
      dateUntilMs = nowMs - (nowMs % 1000) + 1000;
    }
    return date;
  }

  function begin(response: ServerResponse, status: 200 | 304, lines: string): void {
    if (takesHead) {
      const statusLine = status === 200 ? 'HTTP/1.1 200 OK\r\n' : 'HTTP/1.1 304 Not Modified\r\n';
      (response as unknown as WithHead)[HEAD] = statusLine + lines + dateLine() + keepAlive;
      response.statusCode = status;
    } else {
      response.writeHead(status, lines.split('\r\n').slice(0, -1).flatMap((line) => {
        const colon = line.indexOf(': ');
        return [line.slice(0, colon), line.slice(colon + 2)];
      }));
    }
  }

  return {
    ok(response, lines, body) {
      begin(response, 200, `${lines}content-type: application/json; charset=utf-8\r\ncontent-length: ${body.length}\r\n`);
      response.end(body, 'latin1');
    },
    notModified(response, lines) {
      begin(response, 304, lines);
      response.end();
    },
  };
}

/** Header lines, each with its end. */
export const headerLines = (headers: Readonly<Record<string, string>>): string =>
  Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');

function acceptsHead(): boolean {
  const response = new ServerResponse({ method: 'GET', httpVersionMajor: 1, httpVersionMinor: 1 } as never);
  if (response.headersSent) return false;
  (response as unknown as WithHead)[HEAD] = 'HTTP/1.1 200 OK\r\n\r\n';
  return response.headersSent;
}
