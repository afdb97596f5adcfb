export { createStorage, type StorageDeps } from './create-storage.ts';
export { ObjectTooLargeError } from './errors.ts';
export type { ByteRange, PutOptions, ReadableBytes, Storage, StoredObject } from './storage.ts';
