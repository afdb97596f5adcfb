import { createTimeLimit } from '../redis/index.ts';
import { decodeReply, encodeCall, FORCE, type Item, splitIntoCalls, type Waiting } from './calls.ts';
import { decisionOf } from './decisions.ts';
import { createMirror } from './mirror.ts';
import { createOutage } from './outage.ts';
import { fitting, type Taking } from './sliding-window.ts';
import { takeScript } from './take-script.ts';
import type { Decision, RateLimitClock, RateLimitDriver, RateLimitLog, Rule, ScriptSender } from './types.ts';

interface Deps {
  readonly sender: ScriptSender;
  /** This node's clock: for what it decides by itself. Redis decides by its own. */
  readonly clock: RateLimitClock;
  readonly log: RateLimitLog;
  /** A check waits no longer for Redis. */
  readonly timeoutMs?: number;
  /** While Redis is away, it is asked so often whether it is back. */
  readonly probeEveryMs?: number;
  /** Of most subjects, those asked about last, this node knows the count by itself. */
  readonly maxSubjects?: number;
  /** For tests: Redis decides by this time instead of its own. */
  readonly redisNowMs?: () => number;
  /** For tests: told of each decision of Redis, with its time in ms. */
  readonly onDecided?: (key: string, atMs: number, decision: Decision, cost: number) => void;
}

/** Limits over all nodes: the checks of one turn go to Redis in one call. Redis away or slow: decides by itself. */
export function createRedisRateLimitDriver(deps: Deps): RateLimitDriver {
  const { sender, clock, log, timeoutMs = 50, probeEveryMs = 100, maxSubjects = 20_000, redisNowMs, onDecided } = deps;
  const inTime = createTimeLimit(timeoutMs);
  const mirror = createMirror(clock, maxSubjects);
  const outage = createOutage({ log, probeEveryMs, onEnd: tellNews });
  // While it is away for us, the probe that finds it tells the news.
  sender.onBack?.(() => outage.active || closed || tellNews());
  let turn: Waiting[] = [];
  /**
   * The last item of each key, which equal checks may join. A new map for each turn, not a cleared one: V8 links a cleared
   * table to the next, with all that it held, so that one which has grown old keeps every later turn from dying young
   * (a third of the speed, for good, from the first full collection on).
   */
  let latest = new Map<string, Waiting>();
  let closed = false;

  async function run(items: readonly Item[]): Promise<{ atMs: number; takings: Taking[] }> {
    const { keys, args } = encodeCall(items, redisNowMs?.());
    return decodeReply(await sender.script(takeScript, keys, args), items.length);
  }

  function sendTurn(): void {
    const items = turn;
    turn = [];
    latest = new Map();
    if (closed || outage.active) return items.forEach(decideHere);
    for (const call of splitIntoCalls(items, sender.slotOf)) void send(call);
  }

  async function send(items: Waiting[]): Promise<void> {
    const answer = run(items);
    try {
      const { atMs, takings } = await inTime(answer);
      items.forEach((item, i) => decide(item, atMs, takings[i]!));
    } catch (error) {
      fail(items[0]!, error);
      items.forEach(decideHere);
      answer.then(({ takings }) => items.forEach((item, i) => reconcile(item, takings[i]!)), () => {});
    }
  }

  function decide({ key, rule, cost, times, decided }: Waiting, atMs: number, taking: Taking): void {
    mirror.learn(key, rule, cost, times, taking);
    for (let i = 0; i < times; i += 1) {
      const decision = decisionOf(rule, cost, i, taking, 'redis');
      onDecided?.(key, atMs, decision, cost);
      decided[i]!(decision);
    }
  }

  function decideHere({ key, rule, cost, times, decided }: Waiting): void {
    const taking = mirror.take(key, rule, cost, times);
    for (let i = 0; i < times; i += 1) decided[i]!(decisionOf(rule, cost, i, taking, 'local'));
  }

  /** Redis answered after the node had decided: what Redis counted is not owed. */
  function reconcile({ key, rule, cost, times }: Item, { free }: Taking): void {
    mirror.owe(key, rule, -fitting(free, cost, times) * cost);
  }

  function fail({ key, rule }: Item, error: unknown): void {
    outage.begin(error, () => probe({ key, rule, cost: 1, times: 0 }));
  }

  /** Asks for what failed, and counts nothing: in a cluster other nodes prove nothing. */
  async function probe(item: Item): Promise<void> {
    const startedAt = performance.now();
    await run([item]);
    if (performance.now() - startedAt > timeoutMs) throw new Error('Redis answers too slowly');
  }

  /** Sent before any later check, and so executed before it. */
  function tellNews(): void {
    for (const call of splitIntoCalls(mirror.news(), sender.slotOf)) {
      run(call).catch((error: unknown) => {
        for (const { key, rule, cost, times } of call) if (times === FORCE) mirror.owe(key, rule, cost);
        fail(call[0]!, error);
      });
    }
  }

  function join(key: string, rule: Rule, cost: number, decided: (decision: Decision) => void): void {
    sender.grown?.();
    const item = latest.get(key);
    if (item !== undefined && item.rule === rule && item.cost === cost) {
      item.times += 1;
      item.decided.push(decided);
      return;
    }
    const made: Waiting = { key, rule, cost, times: 1, decided: [decided] };
    if (turn.length === 0) sender.atTurnEnd(sendTurn);
    turn.push(made);
    latest.set(key, made);
  }

  return {
    take(key, rule, cost, decided) {
      if (!closed && !outage.active) join(key, rule, cost, decided);
      else decided(decisionOf(rule, cost, 0, mirror.take(key, rule, cost, 1), 'local'));
    },
    async close() {
      closed = true;
      outage.close();
    },
  };
}
