import { useEffect, useState } from 'react';

export interface Fullscreen {
  readonly on: boolean;
  readonly toggle: () => void;
}

/** The film, and the chat over it, on the whole screen. */
export function useFullscreen(frame: { readonly current: HTMLElement | null }): Fullscreen {
  const [on, setOn] = useState(false);
  useEffect(() => {
    const look = (): void => setOn(document.fullscreenElement !== null && document.fullscreenElement === frame.current);
    document.addEventListener('fullscreenchange', look);
    return () => document.removeEventListener('fullscreenchange', look);
  }, [frame]);
  const toggle = (): void => {
    if (document.fullscreenElement !== null) void document.exitFullscreen();
    else frame.current?.requestFullscreen().catch(() => {});
  };
  return { on, toggle };
}
