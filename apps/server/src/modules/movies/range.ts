export type RequestedRange =
  | { readonly kind: 'full' }
  | { readonly kind: 'partial'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

const FULL = { kind: 'full' } as const;
const UNSATISFIABLE = { kind: 'unsatisfiable' } as const;

// RFC 9110 §14.1.1: int-range or suffix-range; the lists of §5.6.1 allow blanks and empty elements around them.
const RANGE_SPEC = /^(?:(\d+)-(\d*)|-(\d+))$/;

/**
 * What a `Range` header asks of a representation of `sizeBytes` (RFC 9110 §14.2), `end` inclusive and within it.
 * An unknown unit or a syntax error is ignored, as the RFC wants, and so are several ranges, as it allows: `full`.
 */
export function parseRange(header: string | undefined, sizeBytes: number): RequestedRange {
  if (header === undefined) return FULL;
  const set = /^bytes=(.*)$/is.exec(header.trim());
  const specs = (set?.[1] ?? '')
    .split(',')
    .map((spec) => spec.replace(/^[ \t]+|[ \t]+$/g, ''))
    .filter((spec) => spec !== '');
  const spec = specs.length === 1 ? RANGE_SPEC.exec(specs[0] ?? '') : null;
  if (!spec) return FULL;

  const [, first, last, suffix] = spec;
  // Digits beyond 2^53 lose their last places only where they lie far past any size.
  if (suffix !== undefined) {
    const length = Math.min(Number(suffix), sizeBytes);
    return length === 0 ? UNSATISFIABLE : { kind: 'partial', start: sizeBytes - length, end: sizeBytes - 1 };
  }
  const start = Number(first);
  const end = last === '' ? Infinity : Number(last);
  if (end < start) return FULL;
  if (start >= sizeBytes) return UNSATISFIABLE;
  return { kind: 'partial', start, end: Math.min(end, sizeBytes - 1) };
}

/**
 * Whether an `If-Range` header (RFC 9110 §13.1.5) names the representation at hand; when it does not, the `Range` is
 * to be ignored. True without the header. `etag` comes without quotes; weak tags never match; a date must be the one
 * that `Last-Modified` would say, to the second.
 */
export function ifRangeMatches(
  header: string | undefined,
  current: { readonly etag: string; readonly modifiedAt: Date },
): boolean {
  if (header === undefined) return true;
  const value = header.trim();
  if (value.startsWith('"')) return value === `"${current.etag}"`;
  return value === current.modifiedAt.toUTCString();
}
