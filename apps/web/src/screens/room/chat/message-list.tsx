import { type RefObject, useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react';
import type { RoomState } from '@watchparty/client';
import { chatDelete, type ChatMessage, chatReact } from '@watchparty/protocol';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Button } from '../../../ui/button.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import type { Person } from '../person.ts';
import type { Visit } from '../use-room.ts';
import type { About } from './about.ts';
import { Message, type MessageActions, Outgoing } from './message.tsx';
import { follows, readsAlong, scrolledTo, type View } from './reading.ts';

interface Props {
  readonly visit: Visit;
  readonly state: RoomState;
  readonly person: Person;
  readonly mayDeleteAll: boolean;
  readonly onAbout: (about: About) => void;
}

export function MessageList({ visit, state, person, mayDeleteAll, onAbout }: Props) {
  const { t } = useI18n();
  const toasts = useToasts();
  const { live, room } = visit;
  const { messages, outgoing, hasOlder } = state;
  const box = useRef<HTMLDivElement>(null);
  const { atEnd, look, toEnd } = useStickyScroll(box, messages);
  const [loadingOlder, setLoadingOlder] = useState(false);

  const actions = useMemo<MessageActions>(() => ({
    onReply: (message) => onAbout({ kind: 'reply', message }),
    onEdit: (message) => onAbout({ kind: 'edit', message }),
    onDelete: ({ id }) => void live.request(chatDelete, { roomId: room.roomId, id }).catch(toasts.fail),
    onReact: ({ id }, emoji) => void live.request(chatReact, { roomId: room.roomId, id, emoji }).catch(toasts.fail),
  }), [live, room, toasts, onAbout]);

  async function loadOlder(): Promise<void> {
    if (loadingOlder || !hasOlder) return;
    setLoadingOlder(true);
    await room.loadOlder().catch(toasts.fail);
    setLoadingOlder(false);
  }

  return (
    <div className="messages" ref={box} tabIndex={0} role="log" aria-label={t('chat.label')} onScroll={({ currentTarget }) => { look(); if (currentTarget.scrollTop === 0) void loadOlder(); }}>
      {hasOlder && <div className="older"><Button look="quiet" busy={loadingOlder} onClick={() => void loadOlder()}>{t('chat.older')}</Button></div>}
      {messages.length === 0 && outgoing.length === 0 && <p className="chat-empty faint">{t('chat.empty')}</p>}
      <ol>
        {messages.map((message, index) => (
          <Message key={message.id} message={message} follows={follows(message, messages[index - 1])} ownId={person.userId} mayDelete={mayDeleteAll} actions={actions} />
        ))}
        {outgoing.map((message) => (
          <Outgoing
            key={`${message.clientMessageId} ${message.status}`} message={message} ownId={person.userId} username={person.username}
            onRetry={() => room.retry(message.clientMessageId)} onDiscard={() => room.discard(message.clientMessageId)}
          />
        ))}
      </ol>
      {!atEnd && <Button className="to-end" look="primary" onClick={toEnd}>{t('chat.toEnd')}</Button>}
    </div>
  );
}

/** Stays at the end while one reads along, and where one is when older messages come in above. */
function useStickyScroll(box: RefObject<HTMLDivElement | null>, messages: readonly ChatMessage[]) {
  const [atEnd, setAtEnd] = useState(true);
  const sticks = useRef(true);
  const before = useRef<View>({ first: undefined, height: 0 });

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const now: View = { first: messages[0]?.id, height: element.scrollHeight };
    const top = scrolledTo(before.current, now, { top: element.scrollTop, sticks: sticks.current });
    if (top !== element.scrollTop) element.scrollTop = top;
    before.current = now;
  });

  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => {
      if (sticks.current) element.scrollTop = element.scrollHeight;
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);

  return {
    atEnd,
    look() {
      const element = box.current;
      if (element === null) return;
      sticks.current = readsAlong(element);
      setAtEnd(sticks.current);
    },
    toEnd() {
      sticks.current = true;
      setAtEnd(true);
      box.current?.scrollTo({ top: box.current.scrollHeight });
    },
  };
}
