import { useEffect, useRef, useState } from 'react';
import type { LiveParticipant, Playback } from '@watchparty/protocol';
import { clockText } from '../../../i18n/speaker.ts';
import { useI18n } from '../../../i18n/i18n.tsx';

const SHOWN_MS = 2000;

/** "Ann paused", for two seconds after somebody else acted. */
export function useAnnouncement(playback: Playback, people: readonly LiveParticipant[], ownId: number): string | undefined {
  const { t } = useI18n();
  const before = useRef(playback);
  /** Another object each time, so that the same words twice are shown twice as long. */
  const [told, setTold] = useState<{ readonly text: string }>();

  useEffect(() => {
    const was = before.current;
    before.current = playback;
    if (playback.version === was.version || playback.by === null || playback.by === ownId) return;
    const name = people.find(({ userId }) => userId === playback.by)?.username ?? t('player.somebody');
    setTold({ text: textOf(was, playback, name) });
    function textOf(from: Playback, to: Playback, who: string): string {
      if (from.movieId !== to.movieId) return t('player.did.load', { name: who });
      if (from.playing && !to.playing) return t('player.did.pause', { name: who });
      if (!from.playing && to.playing) return t('player.did.play', { name: who });
      if (from.rate !== to.rate) return t('player.did.rate', { name: who, rate: to.rate });
      return t('player.did.seek', { name: who, time: clockText(to.position) });
    }
  }, [playback, people, ownId, t]);

  useEffect(() => {
    if (told === undefined) return;
    const timer = setTimeout(() => setTold(undefined), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [told]);

  return told?.text;
}
