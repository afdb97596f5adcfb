/** Which square of a picture is taken; all in the picture's own dots. */
export interface Crop {
  readonly centreX: number;
  readonly centreY: number;
  readonly side: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const MAX_ZOOM = 8;
/** Of the picture that is sent: the largest variant has 600. */
export const MOST_DOTS = 1024;
/** Less than this is a blur on any screen. */
const FEWEST_DOTS = 64;

const between = (least: number, value: number, most: number): number => Math.min(most, Math.max(least, value));
const shorter = ({ width, height }: Size): number => Math.min(width, height);
/** The side of the smallest square one may take. */
const leastSide = (size: Size): number => Math.max(shorter(size) / MAX_ZOOM, Math.min(FEWEST_DOTS, shorter(size)));

/** As near as allowed, within the picture. */
function within(size: Size, { centreX, centreY, side }: Crop): Crop {
  const fitting = between(leastSide(size), side, shorter(size));
  return {
    side: fitting,
    centreX: between(fitting / 2, centreX, size.width - fitting / 2),
    centreY: between(fitting / 2, centreY, size.height - fitting / 2),
  };
}

/** The largest square, from the middle. */
export const largest = (size: Size): Crop => within(size, { centreX: size.width / 2, centreY: size.height / 2, side: shorter(size) });

export const zoomOf = (size: Size, { side }: Crop): number => shorter(size) / side;
export const maxZoomOf = (size: Size): number => shorter(size) / leastSide(size);

/** The picture follows the hand: to the right, and more of its left is seen. Shares of the square's side. */
export const dragged = (size: Size, crop: Crop, shareX: number, shareY: number): Crop =>
  within(size, { ...crop, centreX: crop.centreX - shareX * crop.side, centreY: crop.centreY - shareY * crop.side });

/** What is at a point of the square, given as shares of its side, stays there. */
export function zoomed(size: Size, crop: Crop, zoom: number, atX = 0.5, atY = 0.5): Crop {
  const side = between(leastSide(size), shorter(size) / zoom, shorter(size));
  const shrunk = crop.side - side;
  return within(size, { side, centreX: crop.centreX + (atX - 0.5) * shrunk, centreY: crop.centreY + (atY - 0.5) * shrunk });
}

/** Where the picture lies, so that a box of so many pixels shows the square. */
export function placed(size: Size, { centreX, centreY, side }: Crop, box: number): { readonly left: number; readonly top: number; readonly width: number; readonly height: number } {
  const scale = box / side;
  return { left: (side / 2 - centreX) * scale, top: (side / 2 - centreY) * scale, width: size.width * scale, height: size.height * scale };
}
