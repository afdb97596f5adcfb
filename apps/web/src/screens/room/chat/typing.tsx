import { useEffect, useState } from 'react';
import { chatMessages, chatTypes } from '@watchparty/protocol';
import { useI18n } from '../../../i18n/i18n.tsx';
import type { Visit } from '../use-room.ts';

const SHOWN_MS = 4000;

export function Typing({ visit: { room }, ownId }: { readonly visit: Visit; readonly ownId: number }) {
  const { t } = useI18n();
  const [writing, setWriting] = useState<ReadonlyMap<number, string>>(new Map());
  useEffect(() => {
    const timers = new Map<number, ReturnType<typeof setTimeout>>();
    const forget = (userId: number): void => setWriting((before) => new Map([...before].filter(([id]) => id !== userId)));
    const offs = [
      room.on(chatTypes, ({ userId, username }) => {
        if (userId === ownId) return;
        clearTimeout(timers.get(userId));
        timers.set(userId, setTimeout(() => forget(userId), SHOWN_MS));
        setWriting((before) => new Map([...before, [userId, username]]));
      }),
      room.on(chatMessages, ({ items }) => {
        for (const { userId } of items) forget(userId);
      }),
    ];
    return () => {
      for (const off of offs) off();
      for (const timer of timers.values()) clearTimeout(timer);
    };
  }, [room, ownId]);
  const names = [...writing.values()];
  return <p className="typing small faint">{names.length > 0 && t('chat.typing', { count: names.length, names: names.slice(0, 2).join(', ') })}</p>;
}
