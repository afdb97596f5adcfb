import { type RefObject, useEffect, useState } from 'react';

export interface Shown {
  readonly position: number;
  readonly duration: number;
  readonly buffered: number;
}

const EVENTS = ['timeupdate', 'durationchange', 'seeking', 'seeked', 'progress', 'emptied', 'loadedmetadata'] as const;

/** Where the video is, about four times a second. */
export function usePosition(video: RefObject<HTMLVideoElement | null>): Shown {
  const [shown, setShown] = useState<Shown>({ position: 0, duration: 0, buffered: 0 });
  useEffect(() => {
    const element = video.current;
    if (element === null) return;
    const look = (): void => {
      const { currentTime, duration, buffered } = element;
      const ends = Array.from({ length: buffered.length }, (_, index) => (buffered.start(index) <= currentTime + 0.5 ? buffered.end(index) : 0));
      setShown({ position: currentTime, duration: Number.isFinite(duration) ? duration : 0, buffered: Math.max(0, ...ends) });
    };
    for (const event of EVENTS) element.addEventListener(event, look);
    look();
    return () => {
      for (const event of EVENTS) element.removeEventListener(event, look);
    };
  }, [video]);
  return shown;
}
