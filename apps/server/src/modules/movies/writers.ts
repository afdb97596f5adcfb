import { Problem } from '../../kernel/problem.ts';

/**
 * One at a time for each id, the one who came last: whoever is at it is asked to stop, and waited for. A client whose
 * connection broke comes back before the server has noticed.
 */
export function createWriters() {
  const writing = new Map<string, { readonly stop: AbortController; readonly ended: Promise<void> }>();

  return {
    async alone<T>(id: string, work: (stopped: AbortSignal) => Promise<T>): Promise<T> {
      for (let other = writing.get(id); other !== undefined; other = writing.get(id)) {
        other.stop.abort(new Problem('movies.upload_superseded', { detail: 'The upload goes on by another request' }));
        await other.ended;
      }
      const stop = new AbortController();
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      writing.set(id, { stop, ended });
      try {
        return await work(stop.signal);
      } finally {
        writing.delete(id);
        resolve();
      }
    },
  };
}
