export { CONTENT_TYPES, type ImageExtension } from './formats.ts';
export { type AvatarVariants, type CleanImage, createImages, type Images, type PosterVariants } from './images.ts';
export { MAX_IMAGE_BYTES } from './limits.ts';
export { createTurnsByKey } from './turns.ts';
