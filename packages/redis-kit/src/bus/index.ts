export type { Bus, BusDriver, BusListener, BusLog, Gap, SubscribeOptions, Subscription } from './types.ts';
