import { randomBytes } from 'node:crypto';

/** 72 random bits: never used twice, in the store's life or ours. CA3 */
export const randomVersion = (): string => randomBytes(9).toString('base64url');
