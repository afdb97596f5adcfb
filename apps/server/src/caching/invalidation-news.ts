import type { Bus } from '@watchparty/redis-kit/bus';
import { type Cache, ROOT_TAG } from '@watchparty/redis-kit/cache';
import Type from 'typebox';
import { Check } from 'typebox/value';
import type { CachePolicyDeclaration } from '../kernel/cache-policy.ts';
import type { Log } from '../kernel/log.ts';

const Invalidated = Type.Object({ tags: Type.Array(Type.String(), { minItems: 1 }) }, { additionalProperties: false });
type Invalidated = Type.Static<typeof Invalidated>;

const CHANNEL = 'cache.invalidated';

interface Deps {
  readonly bus: Bus;
  readonly policies: readonly CachePolicyDeclaration[];
  readonly log: Log;
}

export interface InvalidationNews {
  /** Tells the other nodes that these tags have new versions, as far as a bounded policy carries them. */
  publish(tags: readonly string[]): void;
  /** From now on the cache confirms its bounded copies of what others tell of; of all, where something may be missed. */
  hear(cache: Pick<Cache, 'heard' | 'distrust'>): Promise<void>;
  close(): void;
}

/**
 * Bounded policies serve copies without asking, for at most their bound. What nodes tell one another here makes it a
 * moment most of the time; what is lost costs no more than the bound. Strict policies need none of it.
 */
export function createInvalidationNews({ bus, policies, log }: Deps): InvalidationNews {
  const patterns = new Set(policies.filter(({ freshness }) => freshness !== 'strict').flatMap(({ tags }) => tags));
  const carried = [...patterns, ROOT_TAG].map(matcherOf);
  let close = (): void => {};
  return {
    publish(tags) {
      const told = tags.filter((tag) => carried.some((matches) => matches(tag)));
      if (told.length === 0) return;
      bus.publish(CHANNEL, { tags: told }).catch((err: unknown) => {
        log.debug({ err }, 'The other nodes were not told of an invalidation; they find it by themselves');
      });
    },
    async hear(cache) {
      const subscription = await bus.subscribe(
        CHANNEL,
        (payload): payload is Invalidated => Check(Invalidated, payload),
        ({ tags }) => cache.heard(tags),
        { onGap: () => cache.distrust() },
      );
      close = () => subscription.close();
    },
    close: () => close(),
  };
}

/** `user:{id}:circle` → whether a tag is one of these. */
function matcherOf(pattern: string): (tag: string) => boolean {
  const parts = pattern.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  const whole = new RegExp(`^${parts.join('[^:]+')}$`);
  return (tag) => whole.test(tag);
}
