/**
 * Avatars per second whose three variants are made, two at a time.
 * Usage: node images.ts watchparty|sharp <seconds>
 */
import sharp from 'sharp';
import { createImages } from '../../apps/server/src/images/index.ts';
import { photo } from '../../apps/server/test/pictures.ts';
import { programArguments, tell } from './arguments.ts';

const CONCURRENCY = 2;
const [name = '', seconds = ''] = programArguments(2);

const JPEG = { quality: 92, progressive: true, chromaSubsampling: '4:4:4' } as const;

/** The same resizes in the same formats, as sharp's documentation writes them. */
const bare = (bytes: Buffer): Promise<unknown> => Promise.all([
  sharp(bytes).resize(150, 150).flatten({ background: '#ffffff' }).jpeg(JPEG).toBuffer(),
  sharp(bytes).resize(600, 600).flatten({ background: '#ffffff' }).jpeg(JPEG).toBuffer(),
  sharp(bytes).resize(1200, 1200, { fit: 'inside', withoutEnlargement: true }).webp().toBuffer(),
]);

const picture = await (await photo(2016, 1512)).jpeg({ quality: 92 }).toBuffer();
const make = name === 'watchparty' ? createImages().avatarVariants : bare;
await make(picture);

const startedMs = performance.now();
const endMs = startedMs + Number(seconds) * 1000;
let done = 0;
await Promise.all(Array.from({ length: CONCURRENCY }, async () => {
  while (performance.now() < endMs) {
    await make(picture);
    done += 1;
  }
}));
tell(done / ((performance.now() - startedMs) / 1000));
process.exit(0);
