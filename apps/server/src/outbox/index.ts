export { effectKind, EffectUnavailable, type EffectHandler, type EffectKind, type Gathered, type RecordedEffect } from './handler.ts';
export { createOutbox, defaultOutboxSettings, type Outbox, type OutboxSettings } from './outbox.ts';
