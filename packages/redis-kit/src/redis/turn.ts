/**
 * Collects what one turn of the event loop wants to send, and sends it together: at the end of the poll phase that
 * brought the turn's requests, in one write to the socket.
 */
export interface Turn {
  /** `send` is called once, at the end of this turn. */
  add(send: () => void): void;
}

/** What can hold its writes back for a moment: a socket. */
interface Corkable {
  cork(): void;
  uncork(): void;
}

export function createTurn(socket: () => Corkable | undefined = () => undefined): Turn {
  let sends: (() => void)[] = [];

  function flush(): void {
    const now = sends;
    sends = [];
    const corked = socket();
    corked?.cork();
    try {
      for (const send of now) send();
    } finally {
      corked?.uncork();
    }
  }

  return {
    add(send) {
      if (sends.length === 0) setImmediate(flush);
      sends.push(send);
    },
  };
}
