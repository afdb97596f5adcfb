import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react';
import { chatEdit, chatTyping } from '@watchparty/protocol';
import { useI18n } from '../../../i18n/i18n.tsx';
import { keptInTab } from '../../../session/storage.ts';
import { IconButton } from '../../../ui/button.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import type { Visit } from '../use-room.ts';
import type { About } from './about.ts';
import { createDraft } from './draft.ts';

const MOST = 2000;
const TYPING_EVERY_MS = 2000;
const MOST_HEIGHT = 144;

export function Composer({ visit: { live, room }, about, onAbout }: {
  readonly visit: Visit; readonly about: About; readonly onAbout: (about: About) => void;
}) {
  const { t } = useI18n();
  const toasts = useToasts();
  const draft = useMemo(() => createDraft(keptInTab, room.roomId), [room.roomId]);
  const [text, setText] = useState(() => draft.textFor(about));
  const area = useRef<HTMLTextAreaElement>(null);
  const toldAtMs = useRef(-Infinity);
  const [busy, setBusy] = useState(false);
  const content = text.trim();
  const length = Array.from(content).length;

  function write(next: string): void {
    setText(next);
    draft.write(next, about);
    if (about?.kind === 'edit') return;
    if (next.trim() === '' || performance.now() - toldAtMs.current < TYPING_EVERY_MS) return;
    toldAtMs.current = performance.now();
    live.request(chatTyping, { roomId: room.roomId }).catch(() => {});
  }

  useEffect(() => {
    if (about === undefined) return;
    setText(draft.textFor(about));
    area.current?.focus();
  }, [about, draft]);

  useEffect(() => {
    const element = area.current;
    if (element === null) return;
    element.style.height = 'auto';
    if (text !== '') element.style.height = `${Math.min(MOST_HEIGHT, element.scrollHeight + 2)}px`;
  }, [text]);

  function done(): void {
    onAbout(undefined);
    setText(draft.done(about));
  }

  /** What is written for a reply stays without it. */
  function giveUp(): void {
    onAbout(undefined);
    setText(draft.textFor(undefined));
  }

  async function send(): Promise<void> {
    if (content === '' || length > MOST || busy) return;
    if (about?.kind !== 'edit') {
      room.send({ content, ...(about !== undefined && { replyToId: about.message.id }) });
      done();
      return;
    }
    setBusy(true);
    try {
      await live.request(chatEdit, { roomId: room.roomId, id: about.message.id, content });
      done();
    } catch (error) {
      toasts.fail(error);
    } finally {
      setBusy(false);
    }
  }

  function press(event: KeyboardEvent<HTMLTextAreaElement>): void {
    if (event.key === 'Escape' && about !== undefined) giveUp();
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  }

  return (
    <form className="composer" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      {about !== undefined && (
        <div className="about small">
          <p><strong>{about.kind === 'edit' ? t('chat.editing') : t('chat.replyingTo', { name: about.message.username })}</strong> <span className="faint">{about.message.content}</span></p>
          <IconButton icon="close" size={16} label={t('common.cancel')} onClick={giveUp} />
        </div>
      )}
      <div className="composer-row">
        <textarea
          ref={area} className="control" rows={1} value={text} placeholder={t('chat.placeholder')} aria-label={t('chat.placeholder')}
          onChange={({ target }) => write(target.value)} onKeyDown={press}
        />
        <IconButton icon="send" type="submit" label={t('chat.send')} disabled={content === '' || length > MOST} />
      </div>
      {length > MOST && <p className="error" role="alert">{t('chat.tooLong', { count: length - MOST })}</p>}
    </form>
  );
}
