import { crc32, deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** A picture as cameras make them: soft areas, edges, fine texture, noise; the same at each call. */
export async function photo(width: number, height: number): Promise<Sharp> {
  const pixels = new Float32Array(width * height * 3);
  const random = randomFrom(7);
  for (const [cells, amplitude] of [[4, 90], [16, 45], [64, 25], [256, 12]] as const) {
    const rows = Math.max(2, Math.round((cells * height) / width));
    const noise = Buffer.from(Array.from({ length: cells * rows * 3 }, () => random() * 256));
    const layer = await sharp(noise, { raw: { width: cells, height: rows, channels: 3 } })
      .resize(width, height, { fit: 'fill', kernel: 'cubic' }).raw().toBuffer();
    for (let at = 0; at < layer.length; at += 1) pixels[at]! += ((layer[at]! - 128) / 128) * amplitude;
  }
  const bytes = Buffer.from(pixels.map((value, at) => {
    const x = Math.floor(at / 3) % width;
    const edge = x % Math.round(width / 5) < width / 40 ? 40 : 0;
    return Math.max(0, Math.min(255, 128 + value + edge + (random() - 0.5) * 8));
  }));
  return sharp(bytes, { raw: { width, height, channels: 3 } });
}

/** Numbers from 0 to 1 (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A square that wanders through so many frames. */
export function animation(frames: number, pixels: number): Sharp {
  const bytes = Buffer.alloc(frames * pixels * pixels * 3, 30);
  for (let frame = 0; frame < frames; frame += 1) {
    for (let y = 0; y < 8; y += 1) {
      bytes.fill(200, ((frame * pixels + y) * pixels + (frame % (pixels - 8))) * 3, ((frame * pixels + y) * pixels + (frame % (pixels - 8)) + 8) * 3);
    }
  }
  return sharp(bytes, { raw: { width: pixels, height: pixels * frames, channels: 3, pageHeight: pixels }, limitInputPixels: false });
}

/** A black-and-white PNG of a few kilobytes that would be this large. */
export function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header[8] = 1;
  const rows = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height));
  return Buffer.concat([Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'), chunk('IHDR', header), chunk('IDAT', rows), chunk('IEND', Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const typed = Buffer.concat([Buffer.from(type), data]);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}

/** Structural similarity (Wang et al. 2004) of the brightness of two pictures of one size, over windows of 8 × 8. */
export async function ssim(one: Sharp, other: Sharp): Promise<number> {
  const grey = (image: Sharp) => image.flatten().toColourspace('b-w').raw().toBuffer({ resolveWithObject: true });
  const [{ data: a, info }, { data: b }] = await Promise.all([grey(one), grey(other)]);
  let sum = 0;
  let windows = 0;
  for (let y = 0; y + 8 <= info.height; y += 4) {
    for (let x = 0; x + 8 <= info.width; x += 4) {
      sum += similarity(a, b, y * info.width + x, info.width);
      windows += 1;
    }
  }
  return sum / windows;
}

function similarity(a: Buffer, b: Buffer, start: number, width: number): number {
  let [sumA, sumB, squaresA, squaresB, products] = [0, 0, 0, 0, 0];
  for (let y = 0; y < 8; y += 1) {
    for (let x = 0; x < 8; x += 1) {
      const [p, q] = [a[start + y * width + x]!, b[start + y * width + x]!];
      sumA += p;
      sumB += q;
      squaresA += p * p;
      squaresB += q * q;
      products += p * q;
    }
  }
  const [meanA, meanB] = [sumA / 64, sumB / 64];
  const [varA, varB, cov] = [squaresA / 64 - meanA ** 2, squaresB / 64 - meanB ** 2, products / 64 - meanA * meanB];
  const [c1, c2] = [(0.01 * 255) ** 2, (0.03 * 255) ** 2];
  return ((2 * meanA * meanB + c1) * (2 * cov + c2)) / ((meanA ** 2 + meanB ** 2 + c1) * (varA + varB + c2));
}
