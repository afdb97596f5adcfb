export { createStorage, isFolderUrl, type StorageDeps } from './create-storage.ts';
export { ObjectKeyError, ObjectTooLargeError, StorageClosedError } from './errors.ts';
export type { ByteRange, PutOptions, ReadableBytes, Storage, StoredObject } from './storage.ts';
