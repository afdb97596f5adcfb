import sharp, { type Sharp, type SharpOptions } from 'sharp';
import { cleanGif } from './clean-gif.ts';
import { extensionOf, type ImageExtension, type ImageFormat, sniffImage } from './formats.ts';
import { MAX_EDGE_PIXELS, MAX_FRAMES, MAX_PIXELS } from './limits.ts';
import { otherFormat, tooManyPixels, unreadable } from './problems.ts';
import { createTurns } from '../kernel/turns.ts';
import { REFUSAL } from './turns.ts';

/** A picture fit to be served: only pixels, the right way up. */
export interface CleanImage {
  readonly bytes: Buffer;
  readonly extension: ImageExtension;
  readonly width: number;
  readonly height: number;
}

export interface AvatarVariants {
  /** JPEG, 150 × 150. */
  readonly thumbnail: Buffer;
  /** Progressive JPEG, 600 × 600. */
  readonly medium: Buffer;
  /** The whole picture, 1200 pixels at its longer edge and no more. */
  readonly webp: Buffer;
}

export interface PosterVariants {
  /** Progressive JPEG, 1280 pixels at its longer edge and no more. */
  readonly large: Buffer;
  /** WebP, 480 pixels at its longer edge and no more. */
  readonly small: Buffer;
  /** Of `large`. */
  readonly width: number;
  readonly height: number;
}

export interface Images {
  /**
   * Takes a picture of a stranger in: by its content a JPEG, PNG, WebP, AVIF or GIF (`images.format_unsupported`), within
   * the limits before anything of it is decoded (`images.too_many_pixels`), and whole (`images.unreadable`). What comes
   * out is of the same format and holds no metadata and nothing but the picture; animations stay.
   */
  clean(bytes: Uint8Array): Promise<CleanImage>;
  /** Of a clean picture; of an animation its first frame. Transparent parts become white in the JPEGs. */
  avatarVariants(bytes: Uint8Array): Promise<AvatarVariants>;
  /** Of a clean picture, whole: a JPEG, 480 pixels at its longer edge and no more. */
  thumbnail(bytes: Uint8Array): Promise<Buffer>;
  /** Of a clean picture, whole. */
  posterVariants(bytes: Uint8Array): Promise<PosterVariants>;
}

/** Two at a time leave half of Node's four threads for files, passwords and names. */
const AT_ONCE = 2;
const MAX_WAITING = 64;
const TIMEOUT_SECONDS = 30;
const THUMBNAIL_PIXELS = 150;
const MEDIUM_PIXELS = 600;
const WEBP_PIXELS = 1200;
const WHOLE_THUMBNAIL_PIXELS = 480;
const POSTER_PIXELS = { large: 1280, small: 480 };
/** All colours kept; with `images.test.ts` at hand the least that looks the same (SSIM ≥ 0.98). */
const VARIANT_JPEG = { quality: 92, progressive: true, chromaSubsampling: '4:4:4' } as const;
const WHITE = '#ffffff';

/** Readers of the five formats, from memory; the library has some for SVG, TIFF and more, which nobody may reach. */
const READERS = ['Jpeg', 'Png', 'Webp', 'Heif', 'Nsgif'].map((name) => `VipsForeignLoad${name}Buffer`);

/** Sets the image library up for the whole process: the readers that may be used, one thread per picture, no cache. */
export function createImages(): Images {
  sharp.block({ operation: ['VipsForeignLoad'] });
  sharp.unblock({ operation: READERS });
  sharp.concurrency(1);
  sharp.cache(false);
  const turn = createTurns({ atOnce: AT_ONCE, maxWaiting: MAX_WAITING, refusal: REFUSAL });

  return {
    clean: (bytes) => turn(() => clean(bytes)),
    avatarVariants: (bytes) => turn(() => avatarVariants(bytes)),
    thumbnail: (bytes) => turn(() => thumbnail(bytes)),
    posterVariants: (bytes) => turn(() => posterVariants(bytes)),
  };
}

async function clean(bytes: Uint8Array): Promise<CleanImage> {
  const format = sniffImage(bytes);
  if (format === undefined) throw otherFormat();
  const { frames, lossless, subsampling } = await measure(bytes, format);
  return decoding(async () => {
    if (format === 'gif') {
      const gif = cleanGif(bytes);
      // Every frame is decoded, so that what is broken in the middle is found.
      await open(gif, { animated: true }).resize(8, 8, { fit: 'fill' }).raw().toBuffer();
      const { width, height } = await open(gif).metadata();
      return { bytes: gif, extension: 'gif', width, height };
    }
    const animated = frames > 1;
    // Frames lie below one another, so they cannot be turned; nothing that makes animations notes an orientation.
    const upright = animated ? open(bytes, { animated }) : open(bytes).autoOrient();
    const fitted = upright.resize(MAX_EDGE_PIXELS, MAX_EDGE_PIXELS, { fit: 'inside', withoutEnlargement: true });
    const { data, info } = await encode(fitted, format, { lossless, subsampling }).toBuffer({ resolveWithObject: true });
    return { bytes: data, extension: extensionOf(format), width: info.width, height: info.pageHeight ?? info.height };
  });
}

/** Reads headers alone, and refuses what would take too much to decode. */
async function measure(bytes: Uint8Array, format: ImageFormat) {
  const metadata = await decoding(() => sharp(bytes, { limitInputPixels: false }).metadata());
  const { width, height } = metadata;
  // The pages of an AVIF are pictures of their own, of which the first is taken.
  const frames = format === 'avif' ? 1 : (metadata.pages ?? 1);
  if ((metadata.format === 'heif' ? 'avif' : metadata.format) !== format) throw unreadable();
  if (metadata.format === 'heif' && metadata.compression !== 'av1') throw otherFormat();
  if (frames > MAX_FRAMES || width * height * frames > MAX_PIXELS) throw tooManyPixels();
  return {
    frames,
    lossless: format === 'webp' && Buffer.from(bytes.subarray(12, 16)).toString('latin1') === 'VP8L',
    subsampling: metadata.chromaSubsampling === '4:4:4' ? '4:4:4' : '4:2:0',
  };
}

/** In the format it came in. Efforts are low: somebody waits for the answer. */
function encode(
  image: Sharp, format: ImageFormat, how: { readonly lossless: boolean; readonly subsampling: string },
): Sharp {
  if (format === 'jpeg') return image.jpeg({ quality: 92, chromaSubsampling: how.subsampling });
  if (format === 'png') return image.png({ compressionLevel: 6 });
  if (format === 'avif') return image.avif({ quality: 75, effort: 0 });
  return image.webp({ quality: 90, effort: how.lossless ? 0 : 1, lossless: how.lossless });
}

async function avatarVariants(bytes: Uint8Array): Promise<AvatarVariants> {
  const square = (pixels: number): Promise<Buffer> =>
    open(bytes).resize(pixels, pixels, { fit: 'cover' }).flatten({ background: WHITE }).jpeg(VARIANT_JPEG).toBuffer();
  return decoding(async () => ({
    thumbnail: await square(THUMBNAIL_PIXELS),
    medium: await square(MEDIUM_PIXELS),
    webp: await open(bytes).resize(WEBP_PIXELS, WEBP_PIXELS, { fit: 'inside', withoutEnlargement: true }).webp().toBuffer(),
  }));
}

const thumbnail = (bytes: Uint8Array): Promise<Buffer> =>
  decoding(() => open(bytes).resize(WHOLE_THUMBNAIL_PIXELS, WHOLE_THUMBNAIL_PIXELS, { fit: 'inside', withoutEnlargement: true })
    .flatten({ background: WHITE }).jpeg({ quality: 82, progressive: true }).toBuffer());

async function posterVariants(bytes: Uint8Array): Promise<PosterVariants> {
  const fitted = (pixels: number): Sharp => open(bytes).resize(pixels, pixels, { fit: 'inside', withoutEnlargement: true });
  return decoding(async () => {
    const { data, info } = await fitted(POSTER_PIXELS.large).flatten({ background: WHITE })
      .jpeg({ quality: 85, progressive: true }).toBuffer({ resolveWithObject: true });
    return { large: data, small: await fitted(POSTER_PIXELS.small).webp({ quality: 82 }).toBuffer(), width: info.width, height: info.height };
  });
}

const open = (bytes: Uint8Array, options: SharpOptions = {}): Sharp =>
  sharp(bytes, { ...options, failOn: 'error', limitInputPixels: MAX_PIXELS }).timeout({ seconds: TIMEOUT_SECONDS });

/** What the image library cannot read is the picture's fault. */
async function decoding<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof Error && error.name === 'Error' ? unreadable(error) : error;
  }
}
