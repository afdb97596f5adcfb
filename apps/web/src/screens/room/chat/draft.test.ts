import { expect, test } from 'vitest';
import { keptIn, type KeptTexts } from '../../../session/storage.ts';
import type { About } from './about.ts';
import { createDraft } from './draft.ts';

function createKept(): KeptTexts & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    get: (key) => texts.get(key) ?? null,
    set: (key, value) => void (value === null ? texts.delete(key) : texts.set(key, value)),
  };
}

// Of a message only what the draft reads.
const about = (kind: 'reply' | 'edit', content: string): About => ({ kind, message: { content } }) as About;

test('what was written is there after a reload, in its room only', () => {
  const kept = createKept();
  createDraft(kept, 5).write('half a tho', undefined);
  expect(createDraft(kept, 5).textFor(undefined)).toBe('half a tho');
  expect(createDraft(kept, 55).textFor(undefined)).toBe('');
});

test('what was written waits while something is edited, whether that is sent, given up or left for a reply', () => {
  const kept = createKept();
  const draft = createDraft(kept, 5);
  draft.write('half a tho', undefined);
  const edit = about('edit', 'sent long ago');
  expect(draft.textFor(edit)).toBe('sent long ago');
  draft.write('sent long ago, and bettered', edit);
  expect(kept.get('chat:5')).toBe('half a tho');
  expect(draft.textFor(about('reply', 'theirs'))).toBe('half a tho');
  expect(draft.textFor(edit)).toBe('sent long ago');
  expect(draft.textFor(undefined)).toBe('half a tho');
  expect(draft.done(edit)).toBe('half a tho');
});

test('a reply is written on from what stands there, and nothing is left once it is sent', () => {
  const kept = createKept();
  const draft = createDraft(kept, 5);
  draft.write('Yes, ', undefined);
  const reply = about('reply', 'theirs');
  expect(draft.textFor(reply)).toBe('Yes, ');
  draft.write('Yes, I am', reply);
  expect(draft.done(reply)).toBe('');
  expect(kept.texts.size).toBe(0);
});

test('nothing is lost while the page is open where the browser keeps nothing', () => {
  const draft = createDraft(keptIn(() => { throw new Error('forbidden'); }), 5);
  draft.write('half a tho', undefined);
  expect(draft.textFor(about('edit', 'old'))).toBe('old');
  expect(draft.done(about('edit', 'old'))).toBe('half a tho');
});
