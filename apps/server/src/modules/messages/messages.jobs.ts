import { messageEdited } from '@watchparty/protocol';
import Type from 'typebox';
import type { Queries } from '../../db/index.ts';
import { declareJob, type JobContext, type JobHandler } from '../../kernel/job.ts';
import { broadcasted } from '../../kernel/live.ts';
import type { Pictures } from '../accounts/index.ts';
import { messageChanged } from './messages.cache.ts';
import * as repo from './messages.repo.ts';
import { messageView } from './messages.views.ts';
import { pairOf } from './pair.ts';

/** Makes a small picture of a message's picture, and shows it. */
export const makeThumbnail = declareJob({
  name: 'make-thumbnail', queue: 'imageProcessing', attempts: 5, backoffMs: 2000, timeoutMs: 120_000, keepFailedSeconds: 30 * 86_400,
  payload: Type.Object({ id: Type.String({ format: 'uuid' }) }, { additionalProperties: false }),
});

interface Deps {
  readonly queries: Queries;
  readonly pictures: Pick<Pictures, 'makeThumbnail' | 'removeThumbnail'>;
}

export function messageJobs({ queries, pictures }: Deps): JobHandler[] {
  /** Can be done again: the thumbnail's name is its picture's. */
  async function handle({ payload: { id }, signal, write, done }: JobContext<{ id: string }>): Promise<void> {
    const [found] = await repo.findMany(queries, [id]);
    const publicId = found?.public_id ?? null;
    if (found === undefined || publicId === null || found.thumbnail_url !== null) return;
    const url = await pictures.makeThumbnail(publicId, signal);
    const shown = await write(async (tx, effects) => {
      const pair = pairOf(found.lower_id, found.higher_id);
      const row = await repo.lock(tx, pair, id);
      if (row === undefined || row.public_id === null) return false;
      const change = await repo.setThumbnail(tx, row, url);
      const items = [{ ...messageView(row), thumbnailUrl: url, change }];
      effects.add(messageChanged(pair, id));
      for (const userId of [pair.lowerId, pair.higherId]) effects.add(broadcasted(`user:${userId}`, messageEdited, { items }));
      await done(tx);
      return true;
    });
    // Deleted while it was being worked on, and its other files are gone.
    if (!shown) await pictures.removeThumbnail(publicId);
  }

  return [{ job: makeThumbnail, handle: (context) => handle(context as JobContext<{ id: string }>) }];
}
