import { type RefObject, useEffect, useState } from 'react';
import { useI18n } from '../../../i18n/i18n.tsx';
import { kept } from '../../../session/storage.ts';
import { IconButton } from '../../../ui/button.tsx';
import { Menu, MenuChoices, MenuSeparator } from '../../../ui/menu.tsx';
import type { StreamTrack } from './stream.ts';
import { place, type SubtitlePlace, subtitlePlace, type TracksState } from './tracks.ts';

export interface TrackChoices {
  readonly state: TracksState;
  readonly chooseSubtitles: (id: string | null) => void;
  readonly chooseSound: (id: string) => void;
}

const OFF = 'off';
const SIZES = ['small', 'normal', 'large'] as const;
type Size = (typeof SIZES)[number];
const PLACES = ['bottom', 'top'] as const;

const keptSize = (): Size => SIZES.find((size) => size === kept.get('subtitle-size')) ?? 'normal';

/** Subtitles and sound of one's own; nothing where the film has no choice. */
export function TracksMenu({ video, choices }: { readonly video: RefObject<HTMLVideoElement | null>; readonly choices: TrackChoices }) {
  const { t } = useI18n();
  const [size, setSize] = useState(keptSize);
  const [at, setAt] = useState(subtitlePlace);
  const { subtitles, subtitle, sounds, sound } = choices.state;

  useEffect(() => {
    const classes = video.current?.classList;
    for (const other of SIZES) classes?.toggle(`cues-${other}`, other === size);
  }, [video, size]);

  if (subtitles.length === 0 && sounds.length < 2) return null;
  const named = ({ id, label, language }: StreamTrack, index: number) =>
    ({ value: id, text: label !== '' ? label : language !== '' ? language : t('player.track', { number: index + 1 }) });
  return (
    <Menu side="top" trigger={<IconButton icon="captions" label={t('player.tracks')} aria-pressed={subtitle !== null} />}>
      {subtitles.length > 0 && (
        <MenuChoices
          label={t('player.subtitles')} value={subtitle ?? OFF} options={[{ value: OFF, text: t('player.subtitlesOff') }, ...subtitles.map(named)]}
          onChange={(id) => choices.chooseSubtitles(id === OFF ? null : id)}
        />
      )}
      {subtitle !== null && (
        <>
          <MenuSeparator />
          <MenuChoices<Size>
            label={t('player.subtitleSize')} value={size} options={SIZES.map((value) => ({ value, text: t(`player.subtitleSize.${value}`) }))}
            onChange={(next) => {
              kept.set('subtitle-size', next);
              setSize(next);
            }}
          />
          <MenuSeparator />
          <MenuChoices<SubtitlePlace>
            label={t('player.subtitlePlace')} value={at} options={PLACES.map((value) => ({ value, text: t(`player.subtitlePlace.${value}`) }))}
            onChange={(next) => {
              kept.set('subtitle-place', next);
              setAt(next);
              for (const track of video.current?.textTracks ?? []) place(track, next);
            }}
          />
        </>
      )}
      {sounds.length > 1 && (
        <>
          {subtitles.length > 0 && <MenuSeparator />}
          <MenuChoices label={t('player.sound')} value={sound ?? ''} options={sounds.map(named)} onChange={choices.chooseSound} />
        </>
      )}
    </Menu>
  );
}
