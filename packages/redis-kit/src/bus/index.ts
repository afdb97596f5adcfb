export { createBus } from './bus.ts';
export { createMemoryBusLine, type MemoryBusLine } from './memory-driver.ts';
export { createRedisBusDriver } from './redis-driver.ts';
export type { Bus, BusDriver, BusListener, BusLog, Gap, SubscribeOptions, Subscription } from './types.ts';
