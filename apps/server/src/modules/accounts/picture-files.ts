import { CONTENT_TYPES, type ImageExtension } from '../../images/index.ts';

export type PictureKind = 'avatar' | 'image';

export interface PictureName {
  /** `avatar-` or `image-` and 32 hexadecimal digits that nobody can guess. */
  readonly name: string;
  /** Of the original. */
  readonly extension: ImageExtension;
}

/** Where all pictures are served. */
const FOLDER = '/uploads/';
/** Films' posters lie there too. */
const FILE = /^(?:avatar|image|poster)-[0-9a-f]{32}(?:-thumbnail|-medium|-large|-small)?\.(jpg|png|webp|avif|gif)$/;

/** Storage keys: pictures lie at the storage's root, where nothing else does. */
export const originalKey = ({ name, extension }: PictureName): string => `${name}.${extension}`;

/** A WebP is its own WebP variant. */
export const variantKeys = ({ name }: Pick<PictureName, 'name'>) => ({
  thumbnail: `${name}-thumbnail.jpg`, medium: `${name}-medium.jpg`, webp: `${name}.webp`,
});

export const urlOf = (key: string): string => `${FOLDER}${key}`;

/** Until the variants are made, each is the original. */
export function originalUrls(picture: PictureName) {
  const original = urlOf(originalKey(picture));
  return { original, thumbnail: original, medium: original, webp: original };
}

export function variantUrls(picture: PictureName) {
  const { thumbnail, medium, webp } = variantKeys(picture);
  return { original: urlOf(originalKey(picture)), thumbnail: urlOf(thumbnail), medium: urlOf(medium), webp: urlOf(webp) };
}

/** The content type of a picture's file; undefined for a name that none of ours has. */
export function contentTypeOf(file: string): string | undefined {
  const extension = FILE.exec(file)?.[1];
  return extension === undefined ? undefined : CONTENT_TYPES[extension as ImageExtension];
}
