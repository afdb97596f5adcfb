import { Notice } from '@watchparty/protocol';
import type { NoticeRow } from './notices.repo.ts';

/** Kinds that this version of the server can show; another one may have written others. */
export const KINDS: readonly string[] = Notice.anyOf.map(({ properties: { kind } }) => kind.const);

export const noticeView = ({ id, kind, body, created_at, read_at }: Omit<NoticeRow, 'user_id'>): Notice =>
  ({ ...body, id, kind, createdAt: created_at.toISOString(), readAt: read_at?.toISOString() ?? null }) as Notice;
