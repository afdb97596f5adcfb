export type RequestedRange =
  | { readonly kind: 'full' }
  | { readonly kind: 'partial'; readonly start: number; readonly end: number }
  | { readonly kind: 'unsatisfiable' };

export declare function parseRange(header: string | undefined, sizeBytes: number): RequestedRange;
export declare function ifRangeMatches(
  header: string | undefined,
  current: { readonly etag: string; readonly modifiedAt: Date },
): boolean;
