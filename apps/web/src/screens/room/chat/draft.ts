import type { KeptTexts } from '../../../session/storage.ts';
import type { About } from './about.ts';

/** What stands in the line for writing. What one was writing waits while one edits something else. */
export interface Draft {
  /** What is to stand there once it is about this. */
  readonly textFor: (about: About) => string;
  readonly write: (text: string, about: About) => void;
  /** It was sent; answers what is to stand there now. */
  readonly done: (about: About) => string;
}

/** Of one room, over reloads of this tab, where the browser keeps something for us. */
export function createDraft(kept: KeptTexts, roomId: number): Draft {
  const key = `chat:${roomId}`;
  let own = kept.get(key) ?? '';

  function keep(text: string): void {
    own = text;
    kept.set(key, text === '' ? null : text);
  }

  return {
    textFor: (about) => (about?.kind === 'edit' ? about.message.content : own),
    write(text, about) {
      if (about?.kind !== 'edit') keep(text);
    },
    done(about) {
      if (about?.kind !== 'edit') keep('');
      return own;
    },
  };
}
