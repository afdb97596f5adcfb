/**
 * The rule that a history of reads and writes must obey. Times are microseconds of the machine's one monotonic clock.
 *
 * **H1** A read that began after a write was answered shows that write or a later one, on every node, where the write
 *    was *fenced*: its invalidation was applied before its answer, by its own node or by another that it asked.
 * **H2** A write whose invalidation nobody could apply within a second is answered *unfenced*. From its answer on it is
 *    shown by every read on its own node, by every read that bypasses the store, and by every read on a node that came
 *    back to the store after the write's commit; by all others from the moment at which its invalidation was applied.
 * **H3** A write whose process was killed before it answered is shown from the moment at which its invalidation was
 *    applied.
 * **H4** A read shows nothing that was not begun when it ended.
 * **H5** A bounded read shows every write that H1 to H3 would have it show, had it begun `boundedUs` earlier.
 */

export interface Write {
  readonly key: number;
  /** The row's value after this write: one more than before it. */
  readonly value: number;
  /** Which process wrote, counted through restarts. */
  readonly process: number;
  readonly committedAtUs: number;
  answeredAtUs?: number;
  fenced?: boolean;
  appliedAtUs?: number;
}

export interface Read {
  readonly process: number;
  readonly beganAtUs: number;
  readonly endedAtUs: number;
  readonly bypassed: boolean;
  /** When this process last began to apply what was owed, before it used the store again; 0: never. */
  readonly returnedAtUs: number;
  /** 0 for strict reads. */
  readonly boundedUs: number;
  /** Rows and the values shown. */
  readonly shown: readonly (readonly [key: number, value: number])[];
}

export interface Violation {
  readonly rule: 'stale' | 'unwritten';
  readonly read: Read;
  readonly key: number;
  readonly shown: number;
  readonly write: Write | undefined;
}

/** What answers in constant time which value is the least that a read may show. */
function createFloor(writes: readonly Write[]) {
  const fenced = writes.filter((write) => write.fenced === true && write.answeredAtUs !== undefined)
    .toSorted((a, b) => a.answeredAtUs! - b.answeredAtUs!);
  const greatest: Write[] = [];
  for (const write of fenced) {
    const before = greatest.at(-1);
    greatest.push(before === undefined || write.value > before.value ? write : before);
  }
  const others = writes.filter((write) => write.fenced !== true).toSorted((a, b) => b.value - a.value);

  function bindsUnfenced(write: Write, read: Read, fromUs: number): boolean {
    if (write.appliedAtUs !== undefined && write.appliedAtUs < fromUs) return true;
    if (write.answeredAtUs === undefined || write.answeredAtUs >= fromUs) return false;
    return read.bypassed || read.process === write.process || read.returnedAtUs > write.committedAtUs;
  }

  return (read: Read): Write | undefined => {
    const fromUs = read.beganAtUs - read.boundedUs;
    let low = 0;
    let high = fenced.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (fenced[middle]!.answeredAtUs! < fromUs) low = middle + 1;
      else high = middle;
    }
    const floor = greatest[low - 1];
    for (const write of others) {
      if (floor !== undefined && write.value <= floor.value) break;
      if (bindsUnfenced(write, read, fromUs)) return write;
    }
    return floor;
  };
}

/** Every reading of every row that breaks the rule. */
export function violations(writes: readonly Write[], reads: readonly Read[]): Violation[] {
  const byKey = Map.groupBy(writes, (write) => write.key);
  const floors = new Map([...byKey].map(([key, ofKey]) => [key, createFloor(ofKey)]));
  const commits = new Map(
    [...byKey].map(([key, ofKey]) => [key, new Map(ofKey.map((write) => [write.value, write.committedAtUs]))]),
  );
  const found: Violation[] = [];
  for (const read of reads) {
    for (const [key, shown] of read.shown) {
      const floor = floors.get(key)?.(read);
      if (floor !== undefined && shown < floor.value) found.push({ rule: 'stale', read, key, shown, write: floor });
      const committedAtUs = shown === 0 ? 0 : commits.get(key)?.get(shown);
      if (committedAtUs === undefined || committedAtUs > read.endedAtUs) {
        found.push({ rule: 'unwritten', read, key, shown, write: undefined });
      }
    }
  }
  return found;
}

/** The first few, for a person. */
export function describeViolations(found: readonly Violation[]): string {
  return found.slice(0, 5).map(({ rule, read, key, shown, write }) => {
    const times = `began ${read.beganAtUs}, ended ${read.endedAtUs}, returned ${read.returnedAtUs}`;
    const how = read.bypassed ? 'bypassed' : 'cached';
    const owed = write === undefined ? 'nobody had written it' : `owed ${JSON.stringify(write)}`;
    return `${rule}: process ${read.process} showed ${shown} of row ${key} (${how}; ${times}); ${owed}`;
  }).join('\n');
}
