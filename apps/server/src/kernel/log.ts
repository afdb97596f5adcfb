import type { Logger } from 'pino';

/** The server's log. Every line carries `module`, the folder it comes from. */
export type Log = Logger;
