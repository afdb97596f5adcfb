import { ObjectKeyError } from './errors.ts';

// Lower case alone, and no dot or dash at an end: a key must mean the same object on every file system and on S3.
const SEGMENT = /^[a-z0-9](?:[a-z0-9._-]{0,126}[a-z0-9])?$/;
const MAX_KEY_LENGTH = 512;

/** The segments of a key; throws `ObjectKeyError` for anything that is not one. */
export function keySegments(key: string): string[] {
  const segments = key.length <= MAX_KEY_LENGTH ? key.split('/') : [];
  if (segments.length === 0 || !segments.every((segment) => SEGMENT.test(segment))) throw new ObjectKeyError(key);
  return segments;
}
