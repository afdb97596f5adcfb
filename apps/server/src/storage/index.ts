export { createStorage, type StorageDeps } from './create-storage.ts';
export { ObjectTooLargeError } from './errors.ts';
export type { S3Place } from './s3/place.ts';
export { openS3Storage } from './s3/s3-storage.ts';
export type { ByteRange, PutOptions, ReadableBytes, Storage, StoredObject } from './storage.ts';
