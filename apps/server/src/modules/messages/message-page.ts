import type { DirectMessage } from '@watchparty/protocol';
import type { MessageRow } from './messages.repo.ts';
import { messageView } from './messages.views.ts';

export interface MessagePage {
  readonly items: DirectMessage[];
  readonly nextCursor: string | null;
}

/** Of `limit` + 1 rows, where there are so many: the last tells that there are more. DM4 */
export function pageOf(rows: readonly MessageRow[], { limit, after }: { readonly limit: number; readonly after?: number | undefined }): MessagePage {
  const more = rows.length > limit;
  const kept = after === undefined ? rows.slice(-limit) : rows.slice(0, limit);
  const edge = after === undefined ? kept[0] : kept.at(-1);
  return { items: kept.map(messageView), nextCursor: more && edge !== undefined ? String(edge.seq) : null };
}
