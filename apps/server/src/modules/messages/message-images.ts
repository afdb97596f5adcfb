import { Problem } from '../../kernel/problem.ts';

/** A picture that was uploaded here, by its name. */
export const isOwnImage = (publicId: string | null | undefined): publicId is string => /^image-[0-9a-f]{32}$/.test(publicId ?? '');

/**
 * The address of a picture that lies elsewhere, null where there is none. Readers' browsers fetch it, the server never
 * does. Refuses with `messages.image_invalid`. DM10
 */
export function hostedImage({ imageUrl, publicId }: { readonly imageUrl?: string | undefined; readonly publicId?: string | undefined }): string | null {
  if (imageUrl === undefined && publicId === undefined) return null;
  const url = imageUrl === undefined ? null : URL.parse(imageUrl);
  const isPlain = url?.protocol === 'https:' && url.username === '' && url.password === '' && url.hostname.includes('.');
  if (!isPlain) throw new Problem('messages.image_invalid');
  return url.href;
}
