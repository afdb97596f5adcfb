export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'avif' | 'gif';

/** By extension, as pictures are named and served. */
export const CONTENT_TYPES = {
  jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp', avif: 'image/avif', gif: 'image/gif',
} as const;

export type ImageExtension = keyof typeof CONTENT_TYPES;

export const extensionOf = (format: ImageFormat): ImageExtension => (format === 'jpeg' ? 'jpg' : format);

/** As many first bytes as `sniffImage` wants to see. */
const SNIFF_BYTES = 64;

/** What the first bytes say a file is, whatever its name; undefined: none of the formats that are taken. */
export function sniffImage(bytes: Uint8Array): ImageFormat | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, SNIFF_BYTES)).toString('latin1');
  if (head.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (head.startsWith('GIF87a') || head.startsWith('GIF89a')) return 'gif';
  if (head.startsWith('RIFF') && head.startsWith('WEBP', 8)) return 'webp';
  if (head.startsWith('ftyp', 4) && brandsOf(head).some((brand) => brand === 'avif' || brand === 'avis')) return 'avif';
  return undefined;
}

/** The brands of an ISO file's `ftyp` box: its major one, and those it is compatible with. */
function brandsOf(head: string): string[] {
  const end = Math.min(Buffer.from(head.slice(0, 4), 'latin1').readUInt32BE(), head.length);
  const compatible = Math.max(0, Math.floor((end - 16) / 4));
  return [head.slice(8, 12), ...Array.from({ length: compatible }, (_, n) => head.slice(16 + n * 4, 20 + n * 4))];
}
