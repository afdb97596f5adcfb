import type { Figures } from '@watchparty/protocol';

type Column = readonly (number | null)[];
type Columns = Readonly<Record<string, Column>>;
type Cut = <T extends Column>(column: T) => T;

/** A node that says nothing for so long is gone, or hidden behind the others. */
const SILENT_MS = 60_000;

export const lastAt = ({ at }: Pick<Figures, 'at'>): number => at.at(-1) ?? 0;

/** What is known of each node, those known longest first, with one more answer taken in. */
export function learn(known: readonly Figures[], answer: Figures): readonly Figures[] {
  const before = known.find(({ node }) => node === answer.node);
  const whole = before === undefined ? answer : joined(before, answer);
  const all = before === undefined ? [...known, whole] : known.map((one) => (one === before ? whole : one));
  const newest = Math.max(...all.map(lastAt));
  return all.filter((one) => one === whole || lastAt(one) > newest - SILENT_MS);
}

/** The same figures from a time on. */
export function since(figures: Figures, fromMs: number): Figures {
  const first = figures.at.findIndex((at) => at >= fromMs);
  return mapped(figures, (column) => (first < 0 ? [] : column.slice(first)) as unknown as typeof column);
}

function joined(before: Figures, answer: Figures): Figures {
  const news = since(answer, lastAt(before) + 1);
  const [old, fresh] = [before.at.length, news.at.length];
  const join = <C extends Columns>(a: C | undefined, b: C | undefined, missing: 0 | null): C => {
    const nothing = (length: number): Column => Array.from({ length }, () => missing);
    const keys = Object.keys(a ?? b ?? {});
    return Object.fromEntries(keys.map((key) => [key, [...(a?.[key] ?? nothing(old)), ...(b?.[key] ?? nothing(fresh))]])) as unknown as C;
  };
  const whole: Figures = {
    ...answer,
    at: [...before.at, ...news.at],
    http: join(before.http, news.http, 0),
    cache: {
      ...join(pairOf(before.cache), pairOf(news.cache), 0),
      namespaces: named(before.cache.namespaces, news.cache.namespaces, 'name', (a, b) => join(a, b, 0)),
    },
    limits: named(before.limits, news.limits, 'policy', (a, b) => join(a, b, 0)),
    live: join(before.live, news.live, 0),
    queues: named(before.queues, news.queues, 'queueName', (a, b) => join(a, b, null)),
    process: join(before.process, news.process, 0),
  };
  return since(whole, lastAt(whole) - answer.spanSeconds * 1000);
}

const pairOf = ({ memoryBytes, l1Bytes }: Figures['cache']) => ({ memoryBytes, l1Bytes });

/** Those of either side, each with its name. */
function named<K extends string, T extends Readonly<Record<K, string>>>(
  before: readonly T[], news: readonly T[], key: K, join: (a: Columns | undefined, b: Columns | undefined) => Columns,
): T[] {
  const names = [...new Set([...before, ...news].map((one) => one[key]))];
  const columnsOf = (all: readonly T[], name: string): Columns | undefined => {
    const found = all.find((one) => one[key] === name);
    return found && (Object.fromEntries(Object.entries(found).filter(([field]) => field !== key)) as Columns);
  };
  return names.map((name) => Object.assign({ [key]: name }, join(columnsOf(before, name), columnsOf(news, name))) as unknown as T);
}

function mapped(figures: Figures, cut: Cut): Figures {
  const each = <C extends Columns>(columns: C): C => Object.fromEntries(Object.entries(columns).map(([key, column]) => [key, cut(column)])) as unknown as C;
  return {
    ...figures,
    at: cut(figures.at),
    http: each(figures.http),
    cache: {
      ...each(pairOf(figures.cache)),
      namespaces: figures.cache.namespaces.map(({ name, ...columns }) => ({ name, ...each(columns) })),
    },
    limits: figures.limits.map(({ policy, ...columns }) => ({ policy, ...each(columns) })),
    live: each(figures.live),
    queues: figures.queues.map(({ queueName, ...columns }) => ({ queueName, ...each(columns) })),
    process: each(figures.process),
  };
}
