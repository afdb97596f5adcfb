import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { Problem } from '../../kernel/problem.ts';

interface UploadBodyOptions {
  /** The first byte is asked for. */
  readonly onWanted: () => void;
  /** How long the route may wait for the next bytes. */
  readonly stallTimeoutMs: number;
}

/**
 * The body of an upload as its route reads it: at the route's pace, never buffered. It fails with `request.timeout`
 * when the client stalls and with `request.aborted` when it goes away. Ending it early, unlike ending the request
 * itself, leaves the connection able to carry an answer.
 */
export function uploadBody(request: IncomingMessage, { onWanted, stallTimeoutMs }: UploadBodyOptions): Readable {
  let stalled: NodeJS.Timeout | undefined;
  const watch = (): void => {
    clearTimeout(stalled);
    stalled = setTimeout(() => {
      body.destroy(new Problem('request.timeout', { detail: 'No more of the upload has arrived for too long' }));
    }, stallTimeoutMs);
  };
  const onData = (chunk: Buffer): void => {
    if (body.push(chunk)) return watch();
    clearTimeout(stalled);
    request.pause();
  };
  const onEnd = (): void => {
    clearTimeout(stalled);
    body.push(null);
  };
  const onGone = (): void => {
    if (!request.complete) body.destroy(new Problem('request.aborted'));
  };
  const body = new Readable({
    read() {
      onWanted();
      watch();
      request.resume();
    },
    destroy(error, done) {
      clearTimeout(stalled);
      request.off('data', onData).off('end', onEnd).off('error', onGone).off('close', onGone);
      request.pause();
      done(error);
    },
  });
  // Whoever reads meets the error; when nobody does, there is nobody to tell.
  body.on('error', () => undefined);
  request.pause();
  request.on('data', onData).on('end', onEnd).on('error', onGone).on('close', onGone);
  if (request.destroyed) onGone();
  return body;
}
