import type { Processor, Queue, Worker, WorkerOptions } from 'bullmq';

/** Where queues live. BullMQ speaks to it; what differs between stores is here. */
export interface JobDriver {
  readonly kind: 'redis' | 'postgres';
  openQueue(name: string): Queue;
  openWorker(name: string, process: Processor, options: Omit<WorkerOptions, 'connection'>): Worker;
  /** What `work` gives; rejects with `QueueUnavailable` at once when the store is known to be away, or when it stays silent. */
  reach<T>(work: () => Promise<T>): Promise<T>;
  /** Changes when the store may have lost jobs: emptied, restarted, replaced by its replica, or another one altogether. */
  lossMark(): Promise<string>;
  /** Called when the store has come, also for the first time. */
  onBack(listener: () => void): void;
  close(): Promise<void>;
}
