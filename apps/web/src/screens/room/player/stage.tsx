import { useEffect, useRef, useState } from 'react';
import { roomReact, roomReaction, type LiveParticipant, type Movie, type Playback, type Room } from '@watchparty/protocol';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Button } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icons.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { ChooseFilm } from '../choose-film.tsx';
import type { Rights } from '../rights.ts';
import type { Person } from '../person.ts';
import type { Fullscreen } from '../fullscreen.ts';
import type { Visit } from '../use-room.ts';
import { Controls } from './controls.tsx';
import type { MediaState } from './media.ts';
import { useAnnouncement } from './use-announcement.ts';
import { useCommands } from './use-commands.ts';
import { usePlayer } from './use-player.ts';
import { WaitingBand } from './waiting-band.tsx';
import './player.css';

interface Props {
  readonly visit: Visit;
  readonly room: Room;
  readonly playback: Playback;
  readonly people: readonly LiveParticipant[];
  readonly person: Person;
  readonly rights: Rights;
  readonly film: Movie | undefined;
  readonly fullscreen: Fullscreen;
  readonly unread: number;
  readonly chatOpen: boolean;
  readonly onToggleChat: () => void;
}

/** Controls fade after so long without a hand on them. */
const STILL_MS = 2500;
const REACTION_MS = 3000;
/** After this a film that still loads is said to. */
const LONG_MS = 6000;

export function Stage({ visit, playback, people, person, rights, film, fullscreen, unread, chatOpen, onToggleChat }: Props) {
  const { t } = useI18n();
  const video = useRef<HTMLVideoElement>(null);
  const player = usePlayer(video, visit);
  const command = useCommands(visit);
  const announcement = useAnnouncement(playback, people, person.userId);
  const [choosing, setChoosing] = useState(false);
  const { still, stir } = useStillness();
  const toasts = useToasts();
  const reactions = useReactions(visit);
  const hasFilm = playback.movieId !== null;
  const troubled = player.media.status === 'failed';
  const buffering = hasFilm && !troubled && (player.follower === 'buffering' || player.follower === 'loading' || player.media.status === 'loading');
  const long = useLasting(buffering, LONG_MS);

  return (
    <section
      className={`stage ${still && playback.playing && !troubled ? 'still' : ''}`} aria-label={t('player.label')}
      onPointerMove={stir} onPointerDown={stir} onKeyDown={stir} onFocus={stir}
    >
      <video ref={video} playsInline preload="auto" aria-label={film?.title ?? t('player.label')} hidden={!hasFilm} onDoubleClick={fullscreen.toggle} />
      {!hasFilm && (
        <div className="stage-center">
          <Icon name="film" size={40} />
          <p>{t(rights.mayControl ? 'player.noFilmHost' : 'player.noFilm')}</p>
          {rights.mayControl && !person.isGuest && <Button look="primary" onClick={() => setChoosing(true)}>{t('player.choose')}</Button>}
        </div>
      )}
      {hasFilm && !troubled && player.follower === 'blocked' && (
        <button type="button" className="stage-start" onClick={player.start}><Icon name="play" size={40} /><span>{t('player.blocked')}</span></button>
      )}
      {buffering && (
        <div className="stage-center quiet" role="status">
          <span className="spinner large" aria-hidden="true" />
          {long ? <p>{t('player.bufferingLong')}</p> : <span className="visually-hidden">{t('player.buffering')}</span>}
        </div>
      )}
      {troubled && <Trouble media={player.media} onRetry={player.reload} />}
      {playback.waiting !== null && (
        <WaitingBand waiting={playback.waiting} clock={visit.live.clock} onGoOn={rights.mayControl ? () => command({ action: 'play', position: playback.position }) : undefined} />
      )}
      <p className="announcement" role="status">{announcement}</p>
      <div className="reactions" aria-hidden="true">
        {reactions.map(({ id, emoji, lane }) => <span key={id} className={`lane-${lane}`}>{emoji}</span>)}
      </div>
      <Controls
        video={video} playback={playback} clock={visit.live.clock} film={film} mayControl={rights.mayControl} command={command} fullscreen={fullscreen} tracks={player.tracks}
        unread={unread} chatOpen={chatOpen} onToggleChat={onToggleChat} onChooseFilm={rights.mayControl && !person.isGuest ? () => setChoosing(true) : undefined}
        onReact={(emoji) => void visit.live.request(roomReact, { roomId: visit.room.roomId, emoji }).catch(toasts.fail)}
      />
      {choosing && (
        <ChooseFilm
          title={t('player.choose')} onClose={() => setChoosing(false)}
          onChoose={async (movieId) => {
            await visit.room.command({ action: 'load', movieId });
            setChoosing(false);
          }}
        />
      )}
    </section>
  );
}

function Trouble({ media: { failure = 'network' }, onRetry }: { readonly media: MediaState; readonly onRetry: () => void }) {
  const { t } = useI18n();
  return (
    <div className="stage-center" role="alert">
      <Icon name="warn" size={32} />
      <p><strong>{t(`trouble.${failure}.title`)}</strong><br />{t(`trouble.${failure}.text`)}{failure === 'network' && ` ${t('trouble.retrying')}`}</p>
      {failure !== 'no-film' && <Button onClick={onRetry}>{t('common.retry')}</Button>}
    </div>
  );
}

/** Whether something has been so for so long. */
function useLasting(is: boolean, ms: number): boolean {
  const [lasting, setLasting] = useState(false);
  useEffect(() => {
    setLasting(false);
    if (!is) return;
    const timer = setTimeout(() => setLasting(true), ms);
    return () => clearTimeout(timer);
  }, [is, ms]);
  return lasting;
}

function useStillness(): { readonly still: boolean; readonly stir: () => void } {
  const [still, setStill] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  return {
    still,
    stir() {
      setStill(false);
      clearTimeout(timer.current);
      timer.current = setTimeout(() => setStill(true), STILL_MS);
    },
  };
}

interface Shown {
  readonly id: number;
  readonly emoji: string;
  readonly lane: number;
}

const LANES = 5;
const MOST = 24;

/** Emoji that people show now, each for as long as it takes to rise. */
function useReactions({ room }: Visit): readonly Shown[] {
  const [shown, setShown] = useState<readonly Shown[]>([]);
  useEffect(() => {
    let next = 0;
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const off = room.on(roomReaction, ({ items }) => {
      const fresh = items.map(({ emoji }) => {
        next += 1;
        return { id: next, emoji, lane: next % LANES };
      });
      setShown((before) => [...before, ...fresh].slice(-MOST));
      const timer = setTimeout(() => {
        timers.delete(timer);
        setShown((before) => before.filter((one) => !fresh.includes(one)));
      }, REACTION_MS);
      timers.add(timer);
    });
    return () => {
      off();
      for (const timer of timers) clearTimeout(timer);
    };
  }, [room]);
  return shown;
}
