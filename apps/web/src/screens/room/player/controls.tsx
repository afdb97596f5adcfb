import { type RefObject, useEffect, useRef, useState } from 'react';
import type { Clock } from '@watchparty/client';
import type { Movie, Playback } from '@watchparty/protocol';
import { clockText } from '../../../i18n/speaker.ts';
import { useI18n } from '../../../i18n/i18n.tsx';
import { kept } from '../../../session/storage.ts';
import { IconButton } from '../../../ui/button.tsx';
import { Menu, MenuItem } from '../../../ui/menu.tsx';
import { EMOJI } from '../emoji.ts';
import type { Fullscreen } from '../fullscreen.ts';
import { KeysDialog } from './keys-dialog.tsx';
import { type TrackChoices, TracksMenu } from './tracks-menu.tsx';
import type { Command } from './use-commands.ts';
import { usePosition } from './use-position.ts';

interface Props {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly playback: Playback;
  readonly clock: Clock;
  readonly film: Movie | undefined;
  readonly mayControl: boolean;
  readonly command: Command;
  readonly fullscreen: Fullscreen;
  readonly tracks: TrackChoices;
  readonly unread: number;
  readonly chatOpen: boolean;
  readonly onToggleChat: () => void;
  readonly onChooseFilm: (() => void) | undefined;
  readonly onReact: (emoji: string) => void;
}

const SKIP_SECONDS = 10;
const RATES = [0.5, 0.75, 1, 1.25, 1.5, 2];

export function Controls({
  video, playback, clock, film, mayControl, command, fullscreen, tracks, unread, chatOpen, onToggleChat, onChooseFilm, onReact,
}: Props) {
  const { t } = useI18n();
  const shown = usePosition(video);
  const volume = useVolume(video);
  /** Where a hand holds the slider. */
  const [held, setHeld] = useState<number>();
  const [helping, setHelping] = useState(false);
  const hasFilm = playback.movieId !== null;
  const duration = shown.duration || (film?.durationSeconds ?? 0);
  const position = held ?? shown.position;

  /** Where the room is, whatever this player shows at the moment. */
  function roomPosition(): number {
    const now = clock.serverNow();
    if (!playback.playing || now === null) return playback.position;
    return playback.position + Math.max(0, (now - playback.at) / 1000) * playback.rate;
  }
  const toggle = (): void => command({ action: playback.playing ? 'pause' : 'play' });
  const seek = (to: number): void => command({ action: 'seek', position: Math.max(0, duration > 0 ? Math.min(duration, to) : to) });

  useKeys({
    ...(mayControl && hasFilm && {
      ' ': toggle, k: toggle, ArrowLeft: () => seek(roomPosition() - SKIP_SECONDS), ArrowRight: () => seek(roomPosition() + SKIP_SECONDS),
    }),
    m: volume.toggle, f: fullscreen.toggle, c: onToggleChat, '?': () => setHelping(true),
    ...(tracks.state.subtitles.length > 0 && {
      s: () => tracks.chooseSubtitles(tracks.state.subtitle === null ? (tracks.state.subtitles[0]?.id ?? null) : null),
    }),
  });

  return (
    <div className="controls">
      {hasFilm && (
        <div className="scrubber">
          <progress className="buffered" max={Math.max(1, duration)} value={Math.min(shown.buffered, duration)} aria-hidden="true" />
          <progress className="played" max={Math.max(1, duration)} value={Math.min(position, duration)} aria-hidden="true" />
          <input
            type="range" min={0} max={Math.max(1, Math.floor(duration))} step={1} value={Math.min(position, Math.max(1, duration))} disabled={!mayControl || duration === 0}
            aria-label={t('player.position')} aria-valuetext={t('player.positionOf', { position: clockText(position), duration: clockText(duration) })}
            onChange={({ target }) => setHeld(Number(target.value))}
            onPointerUp={() => { if (held !== undefined) { seek(held); setHeld(undefined); } }}
            onKeyUp={() => { if (held !== undefined) { seek(held); setHeld(undefined); } }}
            onBlur={() => setHeld(undefined)}
          />
        </div>
      )}
      <div className="controls-row">
        {hasFilm && (
          <>
            <IconButton
              icon={playback.playing ? 'pause' : 'play'} size={24} disabled={!mayControl} onClick={toggle}
              label={mayControl ? t(playback.playing ? 'player.pause' : 'player.play') : t('player.hostControls')}
            />
            <span className="time tabular">{clockText(position)} <span className="time-of">/ {clockText(duration)}</span></span>
            {!mayControl && <span className="control-note">{t('player.hostControls')}</span>}
          </>
        )}
        <span className="controls-gap" />
        <Menu side="top" trigger={<IconButton icon="smile" label={t('player.react')} />}>
          <div className="emoji-row">{EMOJI.map((emoji) => <MenuItem key={emoji} onSelect={() => onReact(emoji)}>{emoji}</MenuItem>)}</div>
        </Menu>
        {onChooseFilm !== undefined && hasFilm && <IconButton icon="film" label={t('player.change')} onClick={onChooseFilm} />}
        {hasFilm && mayControl && (
          <Menu side="top" trigger={<button type="button" className="icon-button rate tabular" aria-label={t('player.rate', { rate: playback.rate })}>{playback.rate}×</button>}>
            {RATES.map((rate) => <MenuItem key={rate} onSelect={() => command({ action: 'rate', rate })}>{rate}×</MenuItem>)}
          </Menu>
        )}
        <IconButton icon={volume.muted ? 'muted' : 'volume'} label={t(volume.muted ? 'player.unmute' : 'player.mute')} onClick={volume.toggle} />
        <input className="volume" type="range" min={0} max={1} step={0.05} value={volume.muted ? 0 : volume.value} aria-label={t('player.volume')} onChange={({ target }) => volume.set(Number(target.value))} />
        {hasFilm && <TracksMenu video={video} choices={tracks} />}
        {hasFilm && document.pictureInPictureEnabled && (
          <IconButton icon="pip" className="wide-only" label={t('player.pip')} onClick={() => void togglePictureInPicture(video.current)} />
        )}
        <span className="chat-toggle">
          <IconButton icon="chat" label={t(chatOpen ? 'player.hideChat' : 'player.showChat')} aria-pressed={chatOpen} onClick={onToggleChat} />
          {unread > 0 && !chatOpen && <span className="unread tabular" aria-hidden="true">{unread}</span>}
        </span>
        <IconButton icon="help" className="wide-only" label={t('keys.help')} onClick={() => setHelping(true)} />
        <IconButton icon={fullscreen.on ? 'shrink' : 'fullscreen'} label={t(fullscreen.on ? 'player.shrink' : 'player.fullscreen')} onClick={fullscreen.toggle} />
      </div>
      {helping && <KeysDialog mayControl={mayControl} onClose={() => setHelping(false)} />}
    </div>
  );
}

async function togglePictureInPicture(video: HTMLVideoElement | null): Promise<void> {
  try {
    await (document.pictureInPictureElement === null ? video?.requestPictureInPicture() : document.exitPictureInPicture());
  } catch {
    // Not before the film is there, and not where the browser does not want to.
  }
}

/** One's own, and kept for the next film. */
function useVolume(video: RefObject<HTMLVideoElement | null>) {
  const [value, setValue] = useState(() => Math.min(1, Math.max(0, Number(kept.get('volume') ?? '1') || 0)));
  const [muted, setMuted] = useState(false);
  useEffect(() => {
    if (video.current === null) return;
    video.current.volume = value;
    video.current.muted = muted;
  }, [video, value, muted]);
  return {
    value, muted,
    toggle: () => setMuted(!muted),
    set(next: number) {
      setValue(next);
      setMuted(next === 0);
      if (next > 0) kept.set('volume', String(next));
    },
  };
}

/** Keys that work wherever one is on the page, except where one writes or a control has a use for them. */
function useKeys(keys: Readonly<Record<string, (() => void) | undefined>>): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest('input, textarea, select, [role=dialog], [role=menu], [role=tab]') != null) return;
      if (event.key === ' ' && target?.closest('button, a') != null) return;
      const act = latest.current[event.key.length === 1 ? event.key.toLowerCase() : event.key];
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}
