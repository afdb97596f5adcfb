/** A source held more bytes than its `maxBytes`. The caller says what that means to a person. */
export class ObjectTooLargeError extends Error {
  override readonly name = 'ObjectTooLargeError';
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`the source holds more than ${maxBytes} bytes`);
    this.maxBytes = maxBytes;
  }
}

/** Less has arrived of an object than its next bytes are to follow. */
export class ObjectOffsetError extends Error {
  override readonly name = 'ObjectOffsetError';
  readonly arrivedBytes: number;

  constructor(arrivedBytes: number) {
    super(`only ${arrivedBytes} bytes have arrived`);
    this.arrivedBytes = arrivedBytes;
  }
}

/** A key that the storage does not take: a mistake in the calling code, never a person's. */
export class ObjectKeyError extends Error {
  override readonly name = 'ObjectKeyError';

  constructor(key: string) {
    super(`${JSON.stringify(key.slice(0, 200))} is not a storage key`);
  }
}

/** The storage was used, or was still in use, after `close()`. */
export class StorageClosedError extends Error {
  override readonly name = 'StorageClosedError';

  constructor() {
    super('the storage is closed');
  }
}
