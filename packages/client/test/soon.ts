import { vi } from 'vitest';

/** A busy machine is no failure. */
const PATIENCE = { timeout: 10_000, interval: 10 };

/** Waits until the condition holds. */
export const soon = (condition: () => unknown): Promise<unknown> => vi.waitUntil(condition, PATIENCE);

/** Waits until the expectations are met. */
export const soonExpect = (expectations: () => unknown): Promise<unknown> => vi.waitFor(expectations, PATIENCE);
