import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { webFolder } from './sources.ts';

/** As `tokens.css` has it: the dark theme's ink. */
const INK = '#0e0f13';
/** Of an icon's width; systems cut what they call maskable to any shape that holds the middle 80 %. */
const WHOLE = 1;
const INSIDE_ANY_SHAPE = 0.72;

const ICONS = [
  { name: 'icon-192.png', size: 192, share: WHOLE },
  { name: 'icon-512.png', size: 512, share: WHOLE },
  { name: 'icon-maskable-512.png', size: 512, share: INSIDE_ANY_SHAPE },
  // iOS rounds the corners itself, and paints what can be seen through black.
  { name: 'apple-touch-icon.png', size: 180, share: INSIDE_ANY_SHAPE },
] as const;

/** Draws, from the one drawing in `public/favicon.svg`, what systems show of the app, and the picture of links to it. */
export async function drawIcons(folder: string): Promise<void> {
  await Promise.all([
    ...ICONS.map(async ({ name, size, share }) => {
      const mark = await drawn(Math.round(size * share));
      await (share === WHOLE ? sharp(mark) : around(mark, size, size)).png({ compressionLevel: 9 }).toFile(join(folder, name));
    }),
    drawn(360).then((mark) => around(mark, 1200, 630).png({ compressionLevel: 9 }).toFile(join(folder, 'card.png'))),
  ]);
}

const DRAWING = join(webFolder, 'public/favicon.svg');
/** Of the drawing, whose box is 32 wide: at 72 dots an inch one unit is one dot. */
const DRAWING_SIZE = 32;
const drawn = (size: number): Promise<Buffer> =>
  sharp(DRAWING, { density: (72 * size) / DRAWING_SIZE }).resize(size, size).png().toBuffer();

const around = (mark: Buffer, width: number, height: number): Sharp =>
  sharp({ create: { width, height, channels: 3, background: INK } }).composite([{ input: mark, gravity: 'centre' }]);
