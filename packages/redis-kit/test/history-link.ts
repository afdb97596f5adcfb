/** Calls between two processes over the channel of `fork`, in both directions. */
export interface Link {
  call<T>(name: string, ...args: unknown[]): Promise<T>;
  /** A call without an answer. */
  tell(name: string, ...args: unknown[]): void;
  /** The other side is gone: what was asked of it is refused. */
  end(): void;
}

interface Port {
  send(message: object): void;
  onMessage(listener: (message: Message) => void): void;
}

interface Message {
  readonly name?: string;
  readonly args?: unknown[];
  readonly id?: number;
  readonly value?: unknown;
  readonly error?: string;
}

// Messages are read as what both sides agreed on.
// oxlint-disable-next-line no-explicit-any
export type Handlers = Readonly<Record<string, (...args: any[]) => unknown>>;

export function createLink(port: Port, handlers: Handlers): Link {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let lastId = 0;
  let ended = false;

  async function serve({ id, name, args }: Message): Promise<void> {
    try {
      const value = await handlers[name!]!(...args!);
      if (id !== undefined && !ended) port.send({ id, value: value ?? null });
    } catch (error) {
      if (id !== undefined && !ended) port.send({ id, error: String(error) });
    }
  }

  port.onMessage((message) => {
    if (message.name !== undefined) return void serve(message);
    const call = waiting.get(message.id!);
    waiting.delete(message.id!);
    if (message.error === undefined) call?.resolve(message.value);
    else call?.reject(new Error(message.error));
  });

  return {
    call<T>(name: string, ...args: unknown[]): Promise<T> {
      if (ended) return Promise.reject(new Error('The other process is gone'));
      lastId += 1;
      const call = Promise.withResolvers<unknown>();
      waiting.set(lastId, call);
      port.send({ id: lastId, name, args });
      return call.promise as Promise<T>;
    },
    tell(name, ...args) {
      if (!ended) port.send({ name, args });
    },
    end() {
      ended = true;
      for (const call of waiting.values()) call.reject(new Error('The other process is gone'));
      waiting.clear();
    },
  };
}
