import { Problem } from '../kernel/problem.ts';
import { MAX_FRAMES, MAX_PIXELS } from './limits.ts';

export const otherFormat = (): Problem => new Problem('images.format_unsupported', {
  detail: 'Only JPEG, PNG, WebP, AVIF and GIF pictures are taken. (HEIC, as iPhones may send it, is none of them.)',
});

export const unreadable = (cause?: unknown): Problem => new Problem('images.unreadable', { cause });

export const tooManyPixels = (): Problem => new Problem('images.too_many_pixels', {
  detail:
    `A picture may have ${MAX_PIXELS / 1024 / 1024} × 1024 × 1024 pixels, those of all its frames together, ` +
    `and ${MAX_FRAMES} frames.`,
});
