import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';
import { createImages, type Images } from './images.ts';
import { animation, photo, pngBomb, ssim } from '../../test/pictures.ts';

const FORMATS = ['jpeg', 'png', 'webp', 'avif', 'gif'] as const;
const EXTENSIONS = { jpeg: 'jpg', png: 'png', webp: 'webp', avif: 'avif', gif: 'gif' } as const;
const COMPLAINT = 'a secret that the camera wrote';
const GPS = { IFD0: { Copyright: COMPLAINT, Make: 'Camera' }, IFD3: { GPSLatitude: '51/1 30/1 0/1', GPSLatitudeRef: 'N' } };

let images: Images;
/** 600 × 400. */
const pictures = {} as Record<(typeof FORMATS)[number], Buffer>;
beforeAll(async () => {
  images = createImages();
  const taken = await photo(600, 400);
  for (const format of FORMATS) pictures[format] = await taken.clone().withExif(GPS)[format]({ effort: 1 }).toBuffer();
});

const marked = (bytes: Buffer): boolean => bytes.includes(COMPLAINT) || bytes.includes('Exif') || bytes.includes('http://ns.adobe.com/xap');

describe('taking a picture in', () => {
  test.each(FORMATS)('[IM1] %s stays what it is, without its metadata', async (format) => {
    const clean = await images.clean(pictures[format]);
    expect(clean).toMatchObject({ extension: EXTENSIONS[format], width: 600, height: 400 });
    const after = await sharp(clean.bytes).metadata();
    expect(after.format).toBe(format === 'avif' ? 'heif' : format);
    expect([after.exif, after.xmp, after.iptc, after.comments]).toEqual([undefined, undefined, undefined, undefined]);
    expect(marked(clean.bytes)).toBe(false);
    expect(await ssim(sharp(clean.bytes), sharp(pictures[format]))).toBeGreaterThan(0.97);
  });

  test('[IM1] the pictures of this test do carry what must go', () => {
    expect(FORMATS.filter((format) => format !== 'gif').filter((format) => !marked(pictures[format]))).toEqual([]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('[IM2] a photo with orientation %i stands upright', async (orientation) => {
    // Red above, blue below, the left half of each darker, as it must be seen.
    const corners = [[200, 0, 0], [255, 90, 90], [0, 0, 200], [90, 90, 255]];
    const tile = (at: number) => sharp({ create: { width: 32, height: 16, channels: 3, background: { r: corners[at]![0]!, g: corners[at]![1]!, b: corners[at]![2]! } } }).png().toBuffer();
    const upright = await sharp({ create: { width: 64, height: 32, channels: 3, background: '#000' } }).composite([
      { input: await tile(0), left: 0, top: 0 }, { input: await tile(1), left: 32, top: 0 },
      { input: await tile(2), left: 0, top: 16 }, { input: await tile(3), left: 32, top: 16 },
    ]).png().toBuffer();
    const turned = await turnedBack(upright, orientation);
    const { bytes, width, height } = await images.clean(turned);
    expect([width, height]).toEqual([64, 32]);
    const seen = await sharp(bytes).raw().toBuffer();
    for (const [corner, x, y] of [[0, 8, 4], [1, 56, 4], [2, 8, 28], [3, 56, 28]] as const) {
      const at = (y * 64 + x) * 3;
      for (const channel of [0, 1, 2]) expect(Math.abs(seen[at + channel]! - corners[corner]![channel]!)).toBeLessThan(12);
    }
    expect((await sharp(bytes).metadata()).orientation).toBeUndefined();
  });

  test.each(['gif', 'webp'] as const)('[IM1] an animated %s keeps its frames, times and loops', async (format) => {
    const bytes = await animation(24, 64)[format]({ loop: 3, delay: Array<number>(24).fill(80) }).toBuffer();
    const clean = await images.clean(bytes);
    expect(clean).toMatchObject({ extension: format, width: 64, height: 64 });
    const [before, after] = await Promise.all([sharp(bytes).metadata(), sharp(clean.bytes).metadata()]);
    expect(after).toMatchObject({ pages: before.pages, delay: before.delay, loop: before.loop });
    expect(before.pages).toBe(24);
  });

  test('[IM1] a GIF loses its comments and what is appended to it, and stays bit by bit where it is picture', async () => {
    const gif = await animation(3, 32).gif().toBuffer();
    const comment = Buffer.from(`\x21\xfe${String.fromCodePoint(COMPLAINT.length)}${COMPLAINT}\0`, 'latin1');
    const xmp = Buffer.from(`\x21\xff\x0bXMP DataXMP\x05<xmp>\0`, 'latin1');
    const screen = 13 + ((gif[10]! & 0x80) === 0 ? 0 : 3 * 2 ** ((gif[10]! & 7) + 1));
    const given = Buffer.concat([gif.subarray(0, screen), comment, xmp, gif.subarray(screen), Buffer.from('PK\x03\x04<script>')]);
    expect((await images.clean(given)).bytes.equals(gif)).toBe(true);
  });

  test.each(FORMATS)('[IM3] %s with something behind its end is the picture alone', async (format) => {
    const page = '<script>alert(1)</script>PK\x03\x04';
    const { bytes } = await images.clean(Buffer.concat([pictures[format], Buffer.from(page)]));
    expect(bytes.includes('<script>')).toBe(false);
  });

  test('[IM3] a JPEG that hides a page in its comment is the picture alone', async () => {
    const page = Buffer.from('<html><script>alert(1)</script>');
    const comment = Buffer.concat([Buffer.of(0xff, 0xfe, 0, page.length + 2), page]);
    const polyglot = Buffer.concat([pictures.jpeg.subarray(0, 2), comment, pictures.jpeg.subarray(2)]);
    expect((await images.clean(polyglot)).bytes.includes('<script>')).toBe(false);
  });

  test('[IM4] SVG, TIFF, HEIC, PDF, text and nothing at all are refused by their content', async () => {
    const tiff = await sharp(pictures.png).tiff().toBuffer();
    const heic = Buffer.from('\0\0\0\x18ftypheic\0\0\0\0mif1heic', 'latin1');
    const texts = ['<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>', '<?xml version="1.0"?><svg/>', '%PDF-1.7', 'hello', ''];
    for (const bytes of [tiff, heic, ...texts.map((text) => Buffer.from(text))]) {
      await expect(images.clean(bytes)).rejects.toMatchObject({ code: 'images.format_unsupported', status: 415 });
    }
  });

  test.each(FORMATS)('[IM5] a %s that breaks off, anywhere, is refused', async (format) => {
    const whole = pictures[format];
    for (const length of [16, 40, 200, Math.floor(whole.length / 2), whole.length - 40]) {
      await expect(images.clean(whole.subarray(0, length))).rejects.toMatchObject({ name: 'Problem', code: expect.stringMatching(/^images\.(unreadable|format_unsupported)$/) });
    }
  });

  test.each(['jpeg', 'png', 'webp', 'gif'] as const)('[IM5] %s: random harm never does more than a refusal', async (format) => {
    const seed = pictures[format];
    for (let round = 0; round < 40; round += 1) {
      const harmed = Buffer.from(seed);
      for (let hit = 0; hit < 8; hit += 1) harmed[(round * 7919 + hit * 104_729) % harmed.length] = (round * 31 + hit * 17) & 255;
      await images.clean(harmed).catch((error: unknown) => {
        expect(error).toMatchObject({ name: 'Problem', code: expect.stringMatching(/^images\./) });
      });
    }
  });

  test('[IM6] what would be too large is refused before it is decoded', async () => {
    const bomb = pngBomb(60_000, 60_000);
    expect(bomb.length).toBeLessThan(1_000_000);
    const before = process.memoryUsage.rss();
    await expect(images.clean(bomb)).rejects.toMatchObject({ code: 'images.too_many_pixels', status: 422 });
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
    expect((await images.clean(pngBomb(8192, 6144))).width).toBe(4096);
  });

  test('[IM6] so are too many frames, and frames that are too many together', async () => {
    await expect(images.clean(framedGif(501, 1))).rejects.toMatchObject({ code: 'images.too_many_pixels' });
    await expect(images.clean(framedGif(300, 700))).rejects.toMatchObject({ code: 'images.too_many_pixels' });
    expect((await images.clean(framedGif(500, 1))).width).toBe(1);
  });

  test('[IM7] pictures larger than any screen are made smaller', async () => {
    const huge = await sharp({ create: { width: 6000, height: 4000, channels: 3, background: '#345' } }).jpeg().toBuffer();
    expect(await images.clean(huge)).toMatchObject({ width: 4096, height: 2731 });
  });
});

describe('variants of an avatar', () => {
  test.each(FORMATS)('[IM8] of a %s: 150 × 150, progressive 600 × 600 and WebP, without metadata', async (format) => {
    const { thumbnail, medium, webp } = await images.avatarVariants(pictures[format]);
    expect(await sharp(thumbnail).metadata()).toMatchObject({ format: 'jpeg', width: 150, height: 150 });
    expect(await sharp(medium).metadata()).toMatchObject({ format: 'jpeg', width: 600, height: 600, isProgressive: true });
    expect(await sharp(webp).metadata()).toMatchObject({ format: 'webp', width: 600, height: 400 });
    expect([thumbnail, medium, webp].filter(marked)).toEqual([]);
  });

  test('[IM9] they look like the lossless resize of a photo: SSIM ≥ 0.98', async () => {
    const original = await (await photo(1600, 1200)).jpeg({ quality: 95 }).toBuffer();
    const { thumbnail, medium } = await images.avatarVariants(original);
    const lossless = (pixels: number) => sharp(original).resize(pixels, pixels, { fit: 'cover' }).png().toBuffer();
    expect(await ssim(sharp(thumbnail), sharp(await lossless(150)))).toBeGreaterThanOrEqual(0.98);
    expect(await ssim(sharp(medium), sharp(await lossless(600)))).toBeGreaterThanOrEqual(0.98);
  });

  test('[IM8] small ones are enlarged, transparent ones stand on white, animations show their first frame', async () => {
    const clear = await sharp({ create: { width: 20, height: 10, channels: 4, background: '#ff000000' } }).png().toBuffer();
    const { medium, webp } = await images.avatarVariants(clear);
    expect(await sharp(medium).metadata()).toMatchObject({ width: 600, height: 600 });
    expect((await sharp(medium).raw().toBuffer()).every((value) => value > 250)).toBe(true);
    expect(await sharp(webp).metadata()).toMatchObject({ width: 20, height: 10, hasAlpha: true });
    const moving = await images.avatarVariants(await animation(5, 32).gif().toBuffer());
    expect((await sharp(moving.webp).metadata()).pages).toBeUndefined();
  });
});

/** The picture as a camera that was held so would have stored it: turned back, with the note how to turn it. */
async function turnedBack(upright: Buffer, orientation: number): Promise<Buffer> {
  const of = (picture: Buffer) => sharp(picture);
  const mirrored = await of(upright).flop().toBuffer();
  const inverse = [
    of(upright), of(upright).flop(), of(upright).rotate(180), of(upright).flip(),
    of(mirrored).rotate(270), of(upright).rotate(270), of(mirrored).rotate(90), of(upright).rotate(90),
  ][orientation - 1]!;
  return inverse.withMetadata({ orientation }).jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
}

/** A GIF with so many frames, each this many pixels wide and high, of which all but one pixel is left to the ground. */
function framedGif(frames: number, pixels: number): Buffer {
  const size = Buffer.alloc(4);
  size.writeUInt16LE(pixels, 0);
  size.writeUInt16LE(pixels, 2);
  const screen = Buffer.concat([Buffer.from('GIF89a'), size, Buffer.of(0x80, 0, 0, 0, 0, 0, 255, 255, 255)]);
  const frame = Buffer.of(0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0);
  return Buffer.concat([screen, ...Array<Buffer>(frames).fill(frame), Buffer.of(0x3b)]);
}
