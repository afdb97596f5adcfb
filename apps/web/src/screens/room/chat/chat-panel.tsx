import { useState } from 'react';
import type { RoomState } from '@watchparty/client';
import type { Rights } from '../rights.ts';
import type { Person } from '../person.ts';
import type { Visit } from '../use-room.ts';
import type { About } from './about.ts';
import { Composer } from './composer.tsx';
import { MessageList } from './message-list.tsx';
import { Typing } from './typing.tsx';
import './chat.css';

export function ChatPanel({ visit, state, person, rights }: {
  readonly visit: Visit; readonly state: RoomState; readonly person: Person; readonly rights: Rights;
}) {
  const [about, setAbout] = useState<About>();
  return (
    <div className="chat">
      <MessageList visit={visit} state={state} person={person} mayDeleteAll={rights.mayHost} onAbout={setAbout} />
      <Typing visit={visit} ownId={person.userId} />
      <Composer visit={visit} about={about} onAbout={setAbout} />
    </div>
  );
}
