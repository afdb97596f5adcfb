import { setTimeout as sleep } from 'node:timers/promises';
import { between, type Random } from '@watchparty/redis-kit/test/history';
import type { LiveWorld, NodeNumber } from './live-world.ts';

/** One blow; whoever strikes repairs it too. */
export interface LiveFault {
  readonly name: string;
  strike(world: LiveWorld, random: Random): Promise<void>;
}

const some = (random: Random, lowMs: number, highMs: number): Promise<void> => sleep(between(random, lowMs, highMs));

export const killNode: LiveFault = {
  name: 'kill a node',
  async strike(world, random) {
    await world.kill(between(random, 0, 1) as NodeNumber);
    await some(random, 0, 1500);
    await world.startAll();
  },
};

const killBoth: LiveFault = {
  name: 'kill both nodes',
  async strike(world, random) {
    await Promise.all([world.kill(0), world.kill(1)]);
    await some(random, 0, 300);
    await world.startAll();
  },
};

export const restartRedis: LiveFault = {
  name: 'kill Redis',
  async strike({ redis }, random) {
    await redis.kill();
    await some(random, 0, 1000);
    await redis.restart();
  },
};

const freezeRedis: LiveFault = {
  name: 'freeze Redis',
  async strike({ redis }, random) {
    redis.freeze();
    await some(random, 100, 1500);
    redis.thaw();
  },
};

export const breakNetworks: LiveFault = {
  name: 'break networks',
  async strike({ balancer }, random) {
    balancer.breakSome(random());
    await some(random, 0, 300);
  },
};

const silenceNetworks: LiveFault = {
  name: 'silence networks',
  async strike({ balancer }, random) {
    balancer.silenceSome(random() * 0.3);
    await some(random, 0, 500);
  },
};

export const FAULTS: readonly LiveFault[] = [killNode, killNode, killBoth, restartRedis, freezeRedis, breakNetworks, silenceNetworks];

export const anyFault = (random: Random): LiveFault => FAULTS[between(random, 0, FAULTS.length - 1)]!;
