import { setTimeout as sleep } from 'node:timers/promises';
import { between, type Random, type Read, type Write } from '@watchparty/redis-kit/test/history';
import type { Ledger } from '../../../../test/freshness/ledger.ts';
import type { Queries } from '../../../db/index.ts';
import type { Client, Tokens } from '../../accounts/index.ts';
import type { Act, HistoryNodes, Reply } from './history-nodes.ts';

/** One device of somebody, with the session it was given. */
interface Device {
  readonly id: string;
  readonly userId: number;
  readonly client: Client;
  /** Rows of the ledger: 1 once it has begun, and once it has ended. */
  readonly begunKey: number;
  readonly endKey: number;
  readonly accessTokens: string[];
  /** Refresh tokens in the order in which they replaced one another. */
  readonly family: string[];
  /** Ends that somebody has begun. */
  ends: number;
  ended: boolean;
  refreshing: boolean;
  /** In the history's time: unless it is refreshed before. */
  expiresAtUs: number | undefined;
  /** It was refreshed before it expired: until that was answered, who asked may have found either. */
  extended: { readonly expiresAtUs: number; readonly answeredAtUs: number } | undefined;
  /** Nobody knows what became of it. */
  retired: boolean;
}

interface Deps {
  readonly nodes: HistoryNodes;
  readonly ledger: Ledger;
  readonly queries: Queries;
  readonly userIds: readonly number[];
  readonly random: Random;
  /** Sabotage: sessions are ended without telling the cache. */
  readonly silently: boolean;
}

export interface Story {
  /** Goes on until `stop` is called. */
  tell(): Promise<void>;
  stop(): void;
  /** Those that were answered. */
  readonly steps: number;
  /** How often each act was done, refused, or its node killed. */
  readonly counts: Readonly<Record<string, number>>;
  /** Answers that no order of what happened explains. */
  readonly wrong: readonly string[];
  readonly retired: number;
  /** Without what was seen of devices of which nobody knows what became. */
  reads(): Read[];
}

interface Step {
  readonly reply: Reply;
  readonly process: number;
  readonly beganAtUs: number;
  readonly endedAtUs: number;
}

const ACTORS = 24;
const MOST_DEVICES = 6;
const RECENT = 40;
const THIEF: Client = { userAgent: 'thief', ip: '198.51.100.66' };
/** The clocks of the database, of nodes and of the history are one machine's; a moment passes from one to the next. */
const MARGIN_US = 50_000;
/** A write that took longer may have been answered before every node knew of it. */
const SURELY_TOLD_US = 900_000;
const REFUSALS = new Set(['auth.token_invalid', 'auth.refresh_token_invalid', 'sessions.not_found']);

const isValue = (reply: Reply): reply is { readonly value: unknown } => reply !== 'gone' && 'value' in reply;
const isRefused = (reply: Reply): reply is { readonly refused: string; readonly detail: string } => reply !== 'gone' && 'refused' in reply;
const isReuse = (reply: Reply): boolean => isRefused(reply) && reply.detail.includes('used before');
const tokensIn = ({ value }: { readonly value: unknown }): Tokens => value as Tokens;

/** People sign in, are asked for, refresh, are robbed and sign out, each step on any node. */
export function createStory({ nodes, ledger, queries, userIds, random, silently }: Deps): Story {
  const wrong: string[] = [];
  const counts: Record<string, number> = {};
  const devicesOf = new Map<number, Device[]>(userIds.map((id) => [id, []]));
  const all: Device[] = [];
  /** Ends of all that a user has: how many were begun, and are under way. */
  const sweeps = new Map(userIds.map((id) => [id, { begun: 0, running: 0 }]));
  const offsetUs = ledger.now() - Date.now() * 1000;
  let stopped = false;
  let steps = 0;
  let keys = 0;
  const pick = <T>(items: readonly T[]): T | undefined => items[between(random, 0, items.length - 1)];
  /** Answers whether all of the user's sessions were being ended meanwhile, whoever was named. */
  function watchSweeps(userId: number): () => boolean {
    const sweep = sweeps.get(userId)!;
    const { begun, running } = sweep;
    return () => running > 0 || sweep.begun > begun;
  }
  const anyDevice = (): Device | undefined => pick(devicesOf.get(pick(userIds)!)!);

  async function step(act: Act): Promise<Step> {
    const node = between(random, 0, nodes.count - 1);
    const process = nodes.processes[node]!;
    const beganAtUs = ledger.now();
    const reply = await nodes.send(node, act);
    const endedAtUs = ledger.now();
    if (reply !== 'gone') steps += 1;
    if (reply === 'gone') await sleep(20);
    else if ('failed' in reply || ('refused' in reply && !REFUSALS.has(reply.refused))) wrong.push(`${act.act}: ${JSON.stringify(reply)}`);
    const outcome = `${act.act} ${reply === 'gone' ? 'unanswered' : isReuse(reply) ? 'reused' : isValue(reply) ? 'done' : 'refused'}`;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
    return { reply, process, beganAtUs, endedAtUs };
  }

  function say(what: string, device: Device, ...replies: Reply[]): void {
    const { accessTokens: _, family, ...rest } = device;
    wrong.push(`${what}: ${JSON.stringify({ ...rest, family: family.length, now: ledger.now() })} ${JSON.stringify(replies)}`);
  }

  function forget(device: Device): void {
    const own = devicesOf.get(device.userId)!;
    if (own.includes(device)) own.splice(own.indexOf(device), 1);
  }

  function retire(device: Device): void {
    device.retired = true;
    forget(device);
  }

  async function signIn(): Promise<void> {
    const userId = pick(userIds)!;
    if (devicesOf.get(userId)!.length >= MOST_DEVICES) return;
    const [begunKey, endKey] = [(keys += 1), (keys += 1)];
    const client = { userAgent: `device ${begunKey}`, ip: `192.0.2.${between(random, 1, 250)}` };
    const wereSwept = watchSweeps(userId);
    const begun = ledger.began(begunKey, 1, -1);
    const { reply, process } = await step({ act: 'open', userId, client });
    if (!isValue(reply)) return;
    ledger.answered(begun);
    Object.assign(begun, { process });
    const { accessToken, refreshToken, sessionId } = tokensIn(reply);
    const device: Device = {
      id: sessionId, userId, client, begunKey, endKey, accessTokens: [accessToken], family: [refreshToken],
      ends: 0, ended: false, refreshing: false, expiresAtUs: undefined, extended: undefined, retired: false,
    };
    if (random() < 0.3) {
      // Before anybody has asked for it, so that nobody knows of another time.
      const expiresAtMs = Date.now() + between(random, 100, 600);
      await queries.updateTable('sessions').set({ expires_at: new Date(expiresAtMs) }).where('id', '=', sessionId).execute();
      device.expiresAtUs = expiresAtMs * 1000 + offsetUs;
    }
    all.push(device);
    // Perhaps it was there in time to be ended with the others.
    if (wereSwept()) device.retired = true;
    else devicesOf.get(userId)!.push(device);
  }

  const note = ({ process, beganAtUs, endedAtUs }: Step, shown: readonly (readonly [number, number])[]): void =>
    void ledger.reads.push({ process, beganAtUs, endedAtUs, shown, bypassed: false, returnedAtUs: 0, boundedUs: 0 });

  /** What who knows an access token sees; for a while also of those that have ended. */
  async function read(): Promise<void> {
    const device = pick(all.slice(-RECENT));
    if (device === undefined) return sleep(5);
    const it = await step({ act: 'authenticate', token: pick(device.accessTokens.slice(-3))! });
    if (it.reply !== 'gone') note(it, [[device.endKey, isValue(it.reply) ? 0 : 1]]);
  }

  async function list(): Promise<void> {
    const userId = pick(userIds)!;
    const known = [...devicesOf.get(userId)!];
    const it = await step({ act: 'list', userId });
    if (!isValue(it.reply)) return;
    const ids = new Set(it.reply.value as string[]);
    note(it, known.flatMap((device): [number, number][] => {
      // Lists may have been made before the time was changed behind everybody's back.
      if (device.expiresAtUs !== undefined || device.extended !== undefined) return [];
      const isThere = ids.has(device.id);
      if (device.ends === 0) return [[device.begunKey, isThere ? 1 : 0]];
      return isThere ? [[device.endKey, 0]] : [];
    }));
  }

  /** Takes what a refresh gave its owner, and says so where nothing explains it. */
  function take(device: Device, hadEnded: boolean, { reply, beganAtUs, endedAtUs }: Step): void {
    const { expiresAtUs } = device;
    if (isValue(reply)) {
      if (hadEnded) say('A session that had ended was refreshed', device, reply);
      if (expiresAtUs !== undefined && beganAtUs > expiresAtUs + MARGIN_US) say('A session that had expired was refreshed', device, reply);
      if (expiresAtUs !== undefined) {
        device.extended = { expiresAtUs, answeredAtUs: endedAtUs };
        // Perhaps not yet told to every node.
        if (endedAtUs - beganAtUs > SURELY_TOLD_US) retire(device);
      }
      device.expiresAtUs = undefined;
      const { accessToken, refreshToken } = tokensIn(reply);
      device.accessTokens.push(accessToken);
      if (device.family.at(-1) !== refreshToken) device.family.push(refreshToken);
    } else if (isRefused(reply) && device.ends === 0) {
      if (expiresAtUs === undefined || isReuse(reply) || endedAtUs < expiresAtUs - MARGIN_US) say('A good session was not refreshed', device, reply);
      forget(device);
    }
  }

  /** By its owner, in one tab or in two at once; who gets no answer tries again. */
  async function refresh(tabs: 1 | 2): Promise<void> {
    const device = anyDevice();
    if (device === undefined || device.refreshing) return sleep(1);
    device.refreshing = true;
    const act = { act: 'refresh', token: device.family.at(-1)!, client: device.client } as const;
    for (let attempt = 1; ; attempt += 1) {
      const hadEnded = device.ended;
      const tries = await Promise.all(Array.from({ length: tabs }, () => step(act)));
      for (const one of tries) take(device, hadEnded, one);
      const given = new Set(tries.flatMap(({ reply }) => (isValue(reply) ? [tokensIn(reply).refreshToken] : [])));
      if (given.size > 1) say('Two branches', device, ...tries.map(({ reply }) => reply));
      if (tries.some(({ reply }) => reply !== 'gone')) break;
      if (attempt < 5 && device.expiresAtUs === undefined) continue;
      retire(device);
      break;
    }
    device.refreshing = false;
  }

  /** Ends these, by whatever `send` does; `says` tells whether an answer says that they have ended. */
  async function end(ending: readonly Device[], send: () => Promise<Reply>, says: (reply: Reply) => boolean = isValue): Promise<void> {
    const writes = ending.map((device): [Device, Write] => {
      device.ends += 1;
      forget(device);
      return [device, ledger.began(device.endKey, 1, -1)];
    });
    const reply = await send();
    const brokeAtUs = ledger.now();
    for (const [device, write] of writes) {
      if (says(reply)) {
        device.ended = true;
        ledger.answered(write);
      } else if (reply === 'gone') {
        const row = await queries.selectFrom('sessions').select('ended_at').where('id', '=', device.id).executeTakeFirst();
        if (row?.ended_at instanceof Date) ledger.unanswered(write, brokeAtUs);
        else retire(device);
      }
    }
  }

  async function endSome(): Promise<void> {
    const device = anyDevice();
    if (device === undefined) return;
    const { id: sessionId, userId } = device;
    const own = devicesOf.get(userId)!;
    const way = random();
    if (silently) {
      await end([device], async () => {
        await queries.updateTable('sessions').set({ ended_at: new Date(), ended_by: 'revoked' }).where('id', '=', sessionId).execute();
        return { value: null };
      });
    } else if (way < 0.8) {
      const signOut = () => end([device], async () => (await step({ act: 'end', sessionId })).reply);
      // Who is told that there is no such session is told that it has ended.
      const revoke = () => end([device], async () => (await step({ act: 'revoke', userId, sessionId })).reply, (reply) => reply !== 'gone');
      await Promise.all(way < 0.25 ? [signOut()] : way < 0.5 ? [revoke()] : [signOut(), revoke()]);
    } else {
      const sweep = sweeps.get(userId)!;
      sweep.begun += 1;
      sweep.running += 1;
      if (way < 0.9) await end([...own], async () => (await step({ act: 'endAll', userId })).reply);
      else await end(own.filter((it) => it !== device), async () => (await step({ act: 'revokeOthers', userId, sessionId })).reply);
      sweep.running -= 1;
    }
  }

  /** A used token is shown again: by somebody else, or by a tab that slept through two refreshes. */
  async function reuse(): Promise<void> {
    const device = anyDevice();
    if (device === undefined || device.expiresAtUs !== undefined || device.family.length < 3) return;
    const [client, token] = random() < 0.5
      ? [THIEF, pick(device.family.slice(0, -1))!] : [device.client, pick(device.family.slice(0, -2))!];
    await end([device], async () => {
      const { reply } = await step({ act: 'refresh', token, client });
      if (isValue(reply)) say('A used token was taken', device, reply);
      return reply;
    }, isReuse);
  }

  /** A thief and the owner use the same unused token at once: whoever comes first has it, and the other ends it. */
  async function race(): Promise<void> {
    const device = anyDevice();
    if (device === undefined || device.refreshing || device.expiresAtUs !== undefined) return;
    device.refreshing = true;
    const token = device.family.at(-1)!;
    const wereSwept = watchSweeps(device.userId);
    await end([device], async () => {
      const tries = await Promise.all([device.client, THIEF].map((client) => step({ act: 'refresh', token, client })));
      const replies = tries.map(({ reply }) => reply);
      const taken = replies.filter(isValue);
      device.accessTokens.push(...taken.map((reply) => tokensIn(reply).accessToken));
      if (replies.includes('gone')) return 'gone';
      const isExplained = wereSwept() || (taken.length === 1 && replies.some(isReuse));
      if (taken.length > 1 || !isExplained) say('Thief and owner', device, ...replies);
      return replies.find(isReuse) ?? replies[0]!;
    }, isReuse);
    device.refreshing = false;
  }

  async function goOn(): Promise<void> {
    const chance = random();
    if (chance < 0.62) return read();
    if (chance < 0.72) return list();
    if (chance < 0.82) return refresh(1);
    if (chance < 0.87) return refresh(2);
    if (chance < 0.94) return signIn();
    if (chance < 0.97) return endSome();
    if (chance < 0.985) return reuse();
    return race();
  }

  return {
    wrong, counts,
    get steps() {
      return steps;
    },
    async tell() {
      await Promise.all(Array.from({ length: ACTORS }, async () => {
        while (!stopped) await goOn();
      }));
      for (const { endKey, expiresAtUs } of all) {
        if (expiresAtUs === undefined) continue;
        // A write of time's own, perhaps before one that somebody began.
        const [committedAtUs, answeredAtUs] = [expiresAtUs - MARGIN_US, expiresAtUs + MARGIN_US];
        for (const write of ledger.writes) {
          if (write.key === endKey) Object.assign(write, { committedAtUs: Math.min(write.committedAtUs, committedAtUs) });
        }
        ledger.writes.unshift({ key: endKey, value: 1, process: -1, fenced: true, committedAtUs, answeredAtUs });
      }
    },
    stop() {
      stopped = true;
    },
    get retired() {
      return all.filter(({ retired }) => retired).length;
    },
    reads() {
      const byRow = new Map(all.flatMap((device) => [[device.begunKey, device], [device.endKey, device]] as const));
      return ledger.reads.map((it) => ({
        ...it,
        shown: it.shown.filter(([key, value]) => {
          const { retired, extended } = byRow.get(key)!;
          const isEither = extended !== undefined && value === 1 && it.beganAtUs < extended.answeredAtUs && it.endedAtUs > extended.expiresAtUs - MARGIN_US;
          return !retired && !isEither;
        }),
      }));
    },
  };
}
