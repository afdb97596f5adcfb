import { useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { ConnectionState, RoomState } from '@watchparty/client';
import type { Playback, Room } from '@watchparty/protocol';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { ChatPanel } from './chat/chat-panel.tsx';
import { useFullscreen } from './fullscreen.ts';
import { PeoplePanel } from './people-panel.tsx';
import { PlaylistPanel } from './playlist-panel.tsx';
import { Stage } from './player/stage.tsx';
import { rightsOf } from './rights.ts';
import { RoomBar } from './room-bar.tsx';
import type { Person } from './person.ts';
import type { Visit } from './use-room.ts';

type SidePanel = 'chat' | 'people' | 'playlist';
const PANELS: readonly SidePanel[] = ['chat', 'people', 'playlist'];

interface Props {
  readonly visit: Visit;
  readonly person: Person;
  readonly room: Room;
  readonly playback: Playback;
  readonly state: RoomState;
  readonly connection: ConnectionState;
}

export function RoomView({ visit, person, room, playback, state, connection }: Props) {
  const { t } = useI18n();
  const http = useHttp();
  const frame = useRef<HTMLDivElement>(null);
  const [panel, setPanel] = useState<SidePanel>('chat');
  const [folded, setFolded] = useState(false);
  const fullscreen = useFullscreen(frame);
  const rights = rightsOf(room, state.participants, person.userId);
  const { movieId } = playback;
  const { data: film } = useQuery({
    queryKey: ['movies', 'one', movieId], enabled: movieId !== null, queryFn: ({ signal }) => http.movies.get(movieId ?? 0, { signal }),
  });
  const unread = useUnread(state, panel === 'chat' && !folded);

  // The film has the whole screen; who wants to talk opens the chat over it.
  useEffect(() => setFolded(fullscreen.on), [fullscreen.on]);

  return (
    <div className={`room ${folded ? 'folded' : ''} ${fullscreen.on ? 'full' : ''}`} ref={frame}>
      <div className="main-column">
        <Stage
          visit={visit} room={room} playback={playback} people={state.participants} person={person} rights={rights} film={film ?? undefined}
          fullscreen={fullscreen} unread={unread} chatOpen={!folded} onToggleChat={() => setFolded(!folded)}
        />
        <RoomBar visit={visit} room={room} film={film ?? undefined} state={state} person={person} rights={rights} onShowPeople={() => { setPanel('people'); setFolded(false); }} />
        {connection.status !== 'connected' && <p className="room-connection" role="status">{t('visit.reconnecting')}</p>}
      </div>
      <aside className="side" hidden={folded} aria-label={t('room.side')}>
        <div className="side-tabs" role="tablist" aria-label={t('room.side')}>
          {PANELS.map((name) => (
            <button
              key={name} type="button" role="tab" id={`tab-${name}`} aria-selected={panel === name} aria-controls={`panel-${name}`} className="tab"
              tabIndex={panel === name ? 0 : -1} onClick={() => setPanel(name)}
              onKeyDown={({ key, currentTarget }) => {
                const step = key === 'ArrowRight' ? 1 : key === 'ArrowLeft' ? -1 : 0;
                if (step === 0) return;
                const next = PANELS[(PANELS.indexOf(name) + step + PANELS.length) % PANELS.length] ?? name;
                setPanel(next);
                currentTarget.parentElement?.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
              }}
            >
              {t(`room.tab.${name}`)}{name === 'people' && <span className="tabular faint"> {state.onlineCount}</span>}
              {name === 'chat' && unread > 0 && <span className="unread tabular">{unread}</span>}
            </button>
          ))}
        </div>
        <div className="side-panel" role="tabpanel" id={`panel-${panel}`} aria-labelledby={`tab-${panel}`}>
          {panel === 'chat' && <ChatPanel visit={visit} state={state} person={person} rights={rights} />}
          {panel === 'people' && <PeoplePanel state={state} room={room} person={person} rights={rights} />}
          {panel === 'playlist' && <PlaylistPanel visit={visit} playback={playback} person={person} rights={rights} />}
        </div>
      </aside>
    </div>
  );
}

/** How many messages came while nobody looked at the chat. */
function useUnread({ messages }: RoomState, looking: boolean): number {
  const newest = messages.at(-1)?.seq ?? 0;
  const [seen, setSeen] = useState(newest);
  useEffect(() => {
    if (looking) setSeen(newest);
  }, [looking, newest]);
  return looking ? 0 : Math.max(0, newest - seen);
}
