export { effectKind, EffectUnavailable, type EffectHandler, type EffectKind } from './handler.ts';
export { createOutbox, defaultOutboxSettings, type Outbox, type OutboxSettings } from './outbox.ts';
