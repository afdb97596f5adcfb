/** What goes over the line, as JSON. A heartbeat has no channel and carries the number of the last message. */
export interface Envelope {
  readonly from: string;
  readonly n: number;
  readonly channel?: string;
  readonly payload?: unknown;
}

/** Undefined for what no node of ours wrote. */
export function parseEnvelope(text: string): Envelope | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { from, n, channel } = value as Record<string, unknown>;
  if (typeof from !== 'string' || !Number.isSafeInteger(n)) return undefined;
  if (channel !== undefined && (typeof channel !== 'string' || !('payload' in value))) return undefined;
  return value as Envelope;
}
