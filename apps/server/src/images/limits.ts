/** Beside contents of 10 MiB most phones' photos at full quality fit; films have a limit of their own. */
export const MAX_IMAGE_BYTES = 10 * 1024 * 1024;
/** Over all frames. Beyond what phones take (48 megapixels), and a fifth of a gigabyte of memory at most. */
export const MAX_PIXELS = 50 * 1024 * 1024;
export const MAX_FRAMES = 500;
/** Larger pictures are made smaller when they are taken in: screens end here. */
export const MAX_EDGE_PIXELS = 4096;
