import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useId, useRef, useState } from 'react';
import { useI18n } from '../../i18n/i18n.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { type Crop, dragged, largest, maxZoomOf, MOST_DOTS, placed, type Size, zoomed, zoomOf } from './crop.ts';

/** Of the square one looks through. */
const BOX_PX = 280;
const STEP = 0.05;
const ZOOM_STEP = 1.15;
const QUALITY = 0.92;

/** Chooses the square of a picture that is taken: by hand, by wheel or by keyboard. */
export function CropDialog({ file, onClose, onCropped }: {
  readonly file: File; readonly onClose: () => void; readonly onCropped: (picture: Blob) => void;
}) {
  const { t, number } = useI18n();
  const zoomId = useId();
  const url = useObjectUrl(file);
  const image = useRef<HTMLImageElement>(null);
  const [size, setSize] = useState<Size>();
  const [crop, setCrop] = useState<Crop>();
  const [unreadable, setUnreadable] = useState(false);
  const change = (next: (size: Size, crop: Crop) => Crop): void => setCrop((now) => (size === undefined || now === undefined ? now : next(size, now)));
  const box = useRef<HTMLDivElement>(null);
  const hands = useHands(change);
  useWheel(box, change);

  async function take(): Promise<void> {
    const picture = crop === undefined || image.current === null ? null : await drawn(image.current, crop);
    if (picture === null) setUnreadable(true);
    else onCropped(picture);
  }

  function press(event: KeyboardEvent): void {
    const next = KEYS[event.key];
    if (next === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    change(next);
  }

  const zoom = size === undefined || crop === undefined ? 1 : zoomOf(size, crop);
  const maxZoom = size === undefined ? 1 : maxZoomOf(size);
  return (
    <Dialog open onClose={onClose} title={t('crop.title')}>
      {unreadable ? <p className="error" role="alert">{t('crop.unreadable')}</p> : (
        <>
          <div className="crop-box" ref={box} role="application" tabIndex={0} aria-label={t('crop.box')} aria-describedby={`${zoomId}-hint`} onKeyDown={press} {...hands}>
            {url !== undefined && (
              <img
                ref={image} src={url} alt="" draggable={false} style={size === undefined || crop === undefined ? { visibility: 'hidden' } : placed(size, crop, BOX_PX)}
                onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => {
                  // A drawing without a size of its own has none to cut.
                  if (naturalWidth === 0 || naturalHeight === 0) return setUnreadable(true);
                  setSize({ width: naturalWidth, height: naturalHeight });
                  setCrop(largest({ width: naturalWidth, height: naturalHeight }));
                }}
                onError={() => setUnreadable(true)}
              />
            )}
          </div>
          <p className="hint" id={`${zoomId}-hint`}>{t('crop.hint')}</p>
          <div className="field">
            <label htmlFor={zoomId}>{t('crop.zoom')}</label>
            <input
              id={zoomId} className="zoom" type="range" min={1} max={maxZoom} step="any" value={zoom} disabled={maxZoom <= 1} aria-valuetext={`${number(Math.round(zoom * 10) / 10)}×`}
              onChange={({ target }) => change((of, now) => zoomed(of, now, Number(target.value)))}
            />
          </div>
        </>
      )}
      <div className="dialog-actions">
        <Button look="quiet" onClick={onClose}>{t('common.cancel')}</Button>
        {!unreadable && <Button look="primary" disabled={crop === undefined} onClick={() => void take()}>{t('crop.take')}</Button>}
      </div>
    </Dialog>
  );
}

type Change = (next: (size: Size, crop: Crop) => Crop) => void;

/** The picture is moved, not the window over it: to the right, and what was at the left comes. */
const KEYS: Readonly<Record<string, (size: Size, crop: Crop) => Crop>> = {
  ArrowLeft: (size, crop) => dragged(size, crop, -STEP, 0),
  ArrowRight: (size, crop) => dragged(size, crop, STEP, 0),
  ArrowUp: (size, crop) => dragged(size, crop, 0, -STEP),
  ArrowDown: (size, crop) => dragged(size, crop, 0, STEP),
  '+': (size, crop) => zoomed(size, crop, zoomOf(size, crop) * ZOOM_STEP),
  '=': (size, crop) => zoomed(size, crop, zoomOf(size, crop) * ZOOM_STEP),
  '-': (size, crop) => zoomed(size, crop, zoomOf(size, crop) / ZOOM_STEP),
};

interface Point {
  readonly x: number;
  readonly y: number;
}

/** One finger or the mouse drags, two fingers zoom about what is between them. */
function useHands(change: Change) {
  const down = useRef(new Map<number, Point>());
  const release = ({ pointerId }: PointerEvent): void => void down.current.delete(pointerId);
  return {
    onPointerDown({ pointerId, clientX, clientY, currentTarget }: PointerEvent) {
      currentTarget.setPointerCapture(pointerId);
      down.current.set(pointerId, { x: clientX, y: clientY });
    },
    onPointerMove({ pointerId, clientX, clientY, currentTarget }: PointerEvent) {
      const was = down.current.get(pointerId);
      if (was === undefined) return;
      const now = { x: clientX, y: clientY };
      down.current.set(pointerId, now);
      const other = [...down.current].find(([id]) => id !== pointerId)?.[1];
      if (other === undefined) return change((size, crop) => dragged(size, crop, (now.x - was.x) / BOX_PX, (now.y - was.y) / BOX_PX));
      const { left, top } = currentTarget.getBoundingClientRect();
      const ratio = apart(now, other) / Math.max(1, apart(was, other));
      change((size, crop) => zoomed(size, crop, zoomOf(size, crop) * ratio, ((now.x + other.x) / 2 - left) / BOX_PX, ((now.y + other.y) / 2 - top) / BOX_PX));
    },
    onPointerUp: release,
    onPointerCancel: release,
  };
}

const apart = (a: Point, b: Point): number => Math.hypot(a.x - b.x, a.y - b.y);

/** Not by React, which listens so that nothing can keep the page from scrolling. */
function useWheel(box: RefObject<HTMLDivElement | null>, change: Change): void {
  const latest = useRef(change);
  useEffect(() => {
    latest.current = change;
  });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const turn = (event: WheelEvent): void => {
      event.preventDefault();
      const { left, top } = element.getBoundingClientRect();
      latest.current((size, crop) =>
        zoomed(size, crop, zoomOf(size, crop) * Math.exp(-event.deltaY / 500), (event.clientX - left) / BOX_PX, (event.clientY - top) / BOX_PX));
    };
    element.addEventListener('wheel', turn, { passive: false });
    return () => element.removeEventListener('wheel', turn);
  }, [box]);
}

function useObjectUrl(file: File): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}

/** Null where the browser cannot. */
async function drawn(image: HTMLImageElement, { centreX, centreY, side }: Crop): Promise<Blob | null> {
  const dots = Math.max(1, Math.round(Math.min(MOST_DOTS, side)));
  const canvas = document.createElement('canvas');
  canvas.width = dots;
  canvas.height = dots;
  const context = canvas.getContext('2d');
  if (context === null) return null;
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, centreX - side / 2, centreY - side / 2, side, side, 0, 0, dots, dots);
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/webp', QUALITY));
}
