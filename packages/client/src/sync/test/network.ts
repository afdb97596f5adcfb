import type { World } from './world.ts';

export interface Network {
  /** One way, ms. */
  readonly upMs: number;
  readonly downMs: number;
  /** Up to this much more, evenly spread, each way, ms. */
  readonly jitterMs: number;
  /** The share of messages that are lost and sent again, and how long that takes; all behind them wait too. */
  readonly stalls: number;
  readonly stallMs: number;
}

/** A connection of two machines: messages are late, and arrive in the order in which they were sent. */
export function createLink(world: World, network: Network, random: () => number) {
  function direction(baseMs: number): (deliver: () => void) => void {
    let lastMs = 0;
    return (deliver) => {
      const stall = random() < network.stalls ? network.stallMs : 0;
      lastMs = Math.max(lastMs, world.now + baseMs + random() * network.jitterMs + stall);
      world.at(lastMs, deliver);
    };
  }
  return { up: direction(network.upMs), down: direction(network.downMs) };
}
