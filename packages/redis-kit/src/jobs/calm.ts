import { setTimeout as sleep } from 'node:timers/promises';
import type { Worker } from 'bullmq';

const PAUSE_MS = 250;

/**
 * A pause after each failure to fetch a job: BullMQ 6.7 fetches again at once after most errors, and with a store that
 * refuses at once that is a loop which lets nothing else of the process run.
 */
export function calm(worker: Worker): Worker {
  const backend = worker.getBackend();
  const moveToActive = backend.moveToActive.bind(backend);
  backend.moveToActive = async (...args) => {
    try {
      return await moveToActive(...args);
    } catch (error) {
      await sleep(PAUSE_MS);
      throw error;
    }
  };
  return worker;
}
