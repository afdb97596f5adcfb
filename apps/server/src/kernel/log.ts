import type { Logger } from 'pino';

/** The part of pino that the server's own code uses. Every line carries `module`, the folder it comes from. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'child'>;
