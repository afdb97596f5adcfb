import { type RefObject, useCallback, useEffect, useRef, useState } from 'react';
import { type FollowerState, type FollowerStatus, type RoomFollowing, videoPlayer } from '@watchparty/client';
import { playbackEnded } from '@watchparty/protocol';
import { useHttp } from '../../../session/context.tsx';
import type { Visit } from '../use-room.ts';
import { createMedia, type Media, type MediaState } from './media.ts';
import type { TrackChoices } from './tracks-menu.tsx';
import { NO_TRACKS } from './tracks.ts';

export interface RoomPlayer {
  readonly media: MediaState;
  readonly follower: FollowerState;
  /** From a gesture: the browser wanted one. */
  readonly start: () => void;
  readonly reload: () => void;
  /** Subtitles and sound of one's own. */
  readonly tracks: TrackChoices;
}

/** A film whose connection broke is tried again so soon, and at once when there is a network again. */
const TRY_AGAIN_MS = 5000;

/** A video that follows its room. */
export function usePlayer(video: RefObject<HTMLVideoElement | null>, { live, room }: Visit): RoomPlayer {
  const http = useHttp();
  const [media, setMedia] = useState<MediaState>({ status: 'empty' });
  const [tracks, setTracks] = useState(NO_TRACKS);
  const [follower, setFollower] = useState<FollowerState>('idle');
  const parts = useRef<{ readonly following: RoomFollowing; readonly media: Media }>(undefined);

  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    const player = videoPlayer(element);
    const source = createMedia(element, { http, onState: setMedia, onTracks: setTracks });
    let shown: FollowerState = 'idle';
    let endedVersion = -1;

    function look(status: FollowerStatus): void {
      if (status.state !== shown) {
        shown = status.state;
        setFollower(status.state);
      }
      const version = room.state.playback?.version ?? -1;
      if (status.state !== 'ended' || !(element?.ended ?? false) || version === endedVersion) return;
      // Of a film whose length the server does not know, those who watch tell that it is over.
      endedVersion = version;
      live.request(playbackEnded, { roomId: room.roomId, version }).catch(() => {});
    }

    const following = room.follow(player, { load: source.load, onStatus: look });
    parts.current = { following, media: source };
    const off = player.onChange(following.changed);
    const failed = (): void => source.elementFailed();
    const hide = (): void => following.setHidden(document.hidden);
    element.addEventListener('error', failed);
    document.addEventListener('visibilitychange', hide);
    return () => {
      parts.current = undefined;
      element.removeEventListener('error', failed);
      document.removeEventListener('visibilitychange', hide);
      off();
      following.close();
      source.close();
    };
  }, [video, live, room, http]);

  const reload = useCallback((): void => void parts.current?.media.reload().then(() => parts.current?.following.changed()), []);

  const broken = media.status === 'failed' && media.failure === 'network';
  useEffect(() => {
    if (!broken) return;
    const timer = setInterval(reload, TRY_AGAIN_MS);
    addEventListener('online', reload);
    return () => {
      clearInterval(timer);
      removeEventListener('online', reload);
    };
  }, [broken, reload]);

  return {
    media, follower, reload,
    start: () => parts.current?.following.retry(),
    tracks: {
      state: tracks,
      chooseSubtitles: (id) => parts.current?.media.tracks.chooseSubtitles(id),
      chooseSound: (id) => parts.current?.media.tracks.chooseSound(id),
    },
  };
}
