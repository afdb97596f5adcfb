/** The parts that tests use; the package has no types of its own. */
declare module '@20minutes/s3rver' {
  import type { Server } from 'node:http';
  import type { AddressInfo } from 'node:net';

  export default class S3rver {
    constructor(options: {
      directory: string; port: number; address: string; silent: boolean; configureBuckets: readonly { name: string }[];
    });
    readonly store: unknown;
    // oxlint-disable-next-line no-explicit-any
    readonly middleware: any[];
    readonly httpServer: Server;
    run(): Promise<AddressInfo>;
    close(): Promise<void>;
  }
}
