import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { playlistChanged, playlistSkip, playlistSkipping, type PlaybackTally, type Playback, type Playlist } from '@watchparty/protocol';
import { clockText } from '../../i18n/speaker.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button, IconButton } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Empty, Skeleton } from '../../ui/states.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { ChooseFilm } from './choose-film.tsx';
import type { Rights } from './rights.ts';
import type { Person } from './person.ts';
import type { Visit } from './use-room.ts';

interface Props {
  readonly visit: Visit;
  readonly playback: Playback;
  readonly person: Person;
  readonly rights: Rights;
}

/** What comes next, by order or by votes. */
export function PlaylistPanel({ visit, playback, person, rights }: Props) {
  const { t } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const [adding, setAdding] = useState(false);
  const { playlist, error, refetch, take } = usePlaylist(visit);
  const tally = useSkipping(visit, playback.version);
  const mayAdd = rights.mayHost || playlist?.playlistAdds === 'everyone';

  const attempt = (work: Promise<Playlist>): void => void work.then(take, toasts.fail);
  const skip = (): void => void visit.live.request(playlistSkip, { roomId: visit.room.roomId, version: playback.version }).catch(toasts.fail);

  if (playlist === undefined) {
    return <div className="panel-body">{error === null ? <Skeleton height="64px" /> : <Problem error={error} onRetry={refetch} />}</div>;
  }
  return (
    <div className="panel-body">
      <ol className="playlist">
        {playlist.items.map((item) => {
          const voted = item.voterIds.includes(person.userId);
          const isMine = item.addedBy?.userId === person.userId;
          return (
            <li key={item.id}>
              <button
                type="button" className={`vote tabular ${voted ? 'on' : ''}`} aria-pressed={voted} aria-label={t('playlist.vote', { title: item.title, count: item.votes })}
                onClick={() => attempt(voted ? http.playlists.takeBackVote(playlist.roomId, item.id) : http.playlists.vote(playlist.roomId, item.id))}
              >
                ▲<span>{item.votes}</span>
              </button>
              <div className="playlist-text">
                <p>{item.title}</p>
                <p className="small faint tabular">{[item.durationSeconds === null ? undefined : clockText(item.durationSeconds), item.addedBy?.username].filter(Boolean).join(' · ')}</p>
              </div>
              {(rights.mayHost || isMine) && (
                <IconButton icon="close" size={16} label={t('playlist.remove', { title: item.title })} onClick={() => attempt(http.playlists.remove(playlist.roomId, item.id))} />
              )}
            </li>
          );
        })}
      </ol>
      {playlist.items.length === 0 && <Empty icon="list" text={t('playlist.empty')} />}
      <div className="row">
        {mayAdd && <Button icon="plus" onClick={() => setAdding(true)}>{t('playlist.add')}</Button>}
        {playback.movieId !== null && playlist.items.length > 0 && (
          <Button icon="next" look="quiet" onClick={skip}>
            {rights.mayHost ? t('playlist.next') : t('playlist.skip')}{tally !== undefined && <span className="tabular"> {tally.userIds.length}/{tally.needed}</span>}
          </Button>
        )}
      </div>
      {rights.mayHost && (
        <label className="small playlist-order">
          {t('playlist.order')}{' '}
          <select
            className="control" value={playlist.playlistOrder}
            onChange={({ target }) => attempt(http.playlists.change(playlist.roomId, { playlistOrder: target.value as Playlist['playlistOrder'] }))}
          >
            <option value="manual">{t('playlist.order.manual')}</option>
            <option value="votes">{t('playlist.order.votes')}</option>
          </select>
        </label>
      )}
      {adding && (
        <ChooseFilm
          title={t('playlist.add')} onClose={() => setAdding(false)}
          onChoose={async (movieId) => {
            await http.playlists.add(playlist.roomId, movieId);
            setAdding(false);
          }}
        />
      )}
    </div>
  );
}

function usePlaylist({ room }: Visit) {
  const http = useHttp();
  const { data, error, refetch } = useQuery({ queryKey: ['playlist', room.roomId], staleTime: 0, queryFn: ({ signal }) => http.playlists.get(room.roomId, { signal }) });
  const [told, setTold] = useState<Playlist>();
  useEffect(() => room.on(playlistChanged, setTold), [room]);
  // Of two the one with the higher version holds.
  const playlist = told !== undefined && told.version >= (data?.version ?? -1) ? told : data;
  const take = (next: Playlist): void => setTold((before) => (before === undefined || next.version >= before.version ? next : before));
  return { playlist, error, refetch: () => void refetch(), take };
}

/** Who wishes for the next film, as far as it is about the one that plays. */
function useSkipping({ room }: Visit, version: number): PlaybackTally | undefined {
  const [tally, setTally] = useState<PlaybackTally>();
  useEffect(() => room.on(playlistSkipping, (told) => {
    if (told.kind === 'skip') setTally(told);
  }), [room]);
  return tally?.version === version && !tally.done && tally.userIds.length > 0 ? tally : undefined;
}
