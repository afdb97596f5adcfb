/** A film to send: a file that the user chose, bytes in memory, or a stream, which can be sent only once. */
export type Film = Blob | Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;

export interface Progress {
  readonly sentBytes: number;
  /** Undefined for a stream, whose length nobody knows. */
  readonly totalBytes: number | undefined;
}

interface Options {
  readonly onProgress: ((progress: Progress) => void) | undefined;
  /** False where `fetch` cannot send a stream, as in browsers over HTTP/1.1: progress is then only the end. */
  readonly asStream: boolean;
  /** Ends the reading too: Node's fetch, once aborted, reads a stream on to its end. */
  readonly signal: AbortSignal | undefined;
}

/** Makes the body of an attempt. */
export interface Sending {
  (): NonNullable<RequestInit['body']>;
  /** The last report, once the server has the whole film. */
  complete(): Progress;
}

/** The body to send for a film, made anew for each attempt, counted on its way when somebody wants to know. */
export function sending(film: Film, { onProgress, asStream, signal }: Options): Sending {
  const totalBytes = sizeOf(film);
  let sentBytes = 0;

  function counted(source: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> {
    sentBytes = 0;
    return source.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          sentBytes += chunk.byteLength;
          onProgress?.({ sentBytes, totalBytes });
          controller.enqueue(chunk);
        },
      }),
      signal === undefined ? {} : { signal },
    );
  }

  const body = (): NonNullable<RequestInit['body']> => {
    if (film instanceof ReadableStream) return counted(film);
    if (onProgress === undefined || !asStream) return film;
    return counted(piecesOf(film instanceof Blob ? film : new Blob([film])));
  };
  return Object.assign(body, { complete: () => ({ sentBytes: totalBytes ?? sentBytes, totalBytes }) });
}

const PIECE_BYTES = 64 * 1024;

/** In pieces, each when the one before is on its way: a blob's own stream may hand over all of it at once. */
function piecesOf(blob: Blob): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream<Uint8Array>({
    async pull(stream) {
      if (offset >= blob.size) return stream.close();
      const piece = await blob.slice(offset, offset + PIECE_BYTES).arrayBuffer();
      offset += piece.byteLength;
      stream.enqueue(new Uint8Array(piece));
    },
  });
}

function sizeOf(film: Film): number | undefined {
  if (film instanceof ReadableStream) return undefined;
  return film instanceof Blob ? film.size : film.byteLength;
}
