export type VideoContainer = 'mp4' | 'webm';

/** What the first bytes of a file say; `reason` is a sentence for a person about what the file is. */
export type Sniffed =
  | { readonly kind: VideoContainer }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Too few bytes to tell; ask again with more. */
  | { readonly kind: 'undecided' };

/** With this many bytes every file is decided. */
export const SNIFF_BYTES = 4096;
/** Enough to know a text from anything else, and a page from a text. */
const TEXT_BYTES = 512;

/** Brands of ISO/IEC 14496-12 and 14496-14 and of its profiles that browsers play as `video/mp4`. */
const MP4_BRAND = /^(?:iso[m2-9a-c]|mp4[12]|avc1|hvc1|hev1|av01|dash|cmf[c2fsl]|msnv|m4v[ hp]?|mmp4|dby1|ndas)$/i;
const FTYP_BRANDS: readonly (readonly [RegExp, string])[] = [
  [/^qt {2}$/, 'This is a QuickTime file (.mov).'],
  [/^(?:heic|heix|heim|heis|hevc|hevx|mif1|msf1|avif|avis)$/, 'This is an image (HEIC or AVIF).'],
  [/^m4[abp] ?$/i, 'This is an audio file (M4A).'],
  [/^3g[2eghprs0-9].$/, 'This is a 3GPP phone video (.3gp).'],
  [/^crx $/, 'This is a camera raw image (CR3).'],
];

const SIGNATURES: readonly (readonly [offset: number, bytes: string, what: string])[] = [
  [0, '\x89PNG\r\n\x1a\n', 'an image (PNG)'],
  [0, '\xff\xd8\xff', 'an image (JPEG)'],
  [0, 'GIF8', 'an image (GIF)'],
  [0, 'II*\0', 'an image (TIFF)'],
  [0, 'MM\0*', 'an image (TIFF)'],
  [8, 'WEBP', 'an image (WebP)'],
  [8, 'AVI ', 'an AVI file'],
  [8, 'WAVE', 'an audio file (WAV)'],
  [0, 'OggS', 'an Ogg file'],
  [0, 'fLaC', 'an audio file (FLAC)'],
  [0, 'ID3', 'an audio file (MP3)'],
  [0, '\xff\xfb', 'an audio file (MP3)'],
  [0, '\xff\xf3', 'an audio file (MP3)'],
  [0, '\xff\xf1', 'an audio file (AAC)'],
  [0, '\xff\xf9', 'an audio file (AAC)'],
  [0, 'FLV\x01', 'a Flash video (.flv)'],
  [0, '\x30\x26\xb2\x75\x8e\x66\xcf\x11', 'a Windows Media file (.wmv)'],
  [0, '\0\0\x01\xba', 'an MPEG program stream (.mpg, .vob)'],
  [0, '\0\0\x01\xb3', 'a bare MPEG video stream'],
  [0, '\0\0\0\x01', 'a bare video stream without a container'],
  [0, '.RMF', 'a RealMedia file'],
  [0, '%PDF-', 'a PDF document'],
  [0, 'PK\x03\x04', 'an archive (ZIP)'],
  [0, 'Rar!\x1a\x07', 'an archive (RAR)'],
  [0, "7z\xbc\xaf\x27\x1c", 'an archive (7z)'],
  [0, '\x1f\x8b', 'a compressed file (gzip)'],
  [0, '\x7fELF', 'a program'],
];

/** Top-level boxes of QuickTime files from before `ftyp`, and of pieces of a segmented film. */
const OLD_QUICKTIME = new Set(['moov', 'mdat', 'wide', 'free', 'skip', 'pnot']);
const SEGMENT = new Set(['styp', 'moof', 'sidx']);

const HTML = /^(?:\xef\xbb\xbf)?\s*<(?:!doctype\s+html|html|head|body|script)\b/i;
const XML = /^(?:\xef\xbb\xbf)?\s*<(?:\?xml|svg)\b/i;

/**
 * What a file is, by its first bytes alone: names and media types may say anything.
 * `isWhole`: the bytes are the whole file, so there is no more to wait for.
 */
export function sniffContainer(head: Uint8Array, isWhole = false): Sniffed {
  const bytes = head.subarray(0, SNIFF_BYTES);
  const decided = isWhole || bytes.byteLength === SNIFF_BYTES;
  const text = latin1(bytes);
  if (text.length === 0) return decided ? refused('The file is empty.') : { kind: 'undecided' };
  if (text.length < 16 && !decided) return { kind: 'undecided' };

  if (text.startsWith('\x1a\x45\xdf\xa3')) {
    return sniffEbml(bytes) ?? undecided(decided, 'This is a broken Matroska or webm file.');
  }
  const box = text.slice(4, 8);
  if (box === 'ftyp') return sniffBrands(bytes, text) ?? undecided(decided, 'This is a broken mp4 file.');
  if (SEGMENT.has(box)) return refused('This is one piece of a segmented film, not a whole one.');
  if (OLD_QUICKTIME.has(box)) return refused('This is a QuickTime file (.mov).');

  const signature = SIGNATURES.find(([offset, magic]) => text.startsWith(magic, offset));
  if (signature) return refused(`This is ${signature[2]}.`);
  if (text.length < TEXT_BYTES && !decided) return { kind: 'undecided' };
  return sniffLonger(bytes, text) ?? undecided(decided, 'This is a file of an unknown kind.');
}

function refused(reason: string): Sniffed {
  return { kind: 'refused', reason };
}

function undecided(decided: boolean, reason: string): Sniffed {
  return decided ? refused(reason) : { kind: 'undecided' };
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
}

/** The major brand decides when it is known, else the compatible ones do. */
function sniffBrands(bytes: Uint8Array, text: string): Sniffed | undefined {
  const size = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  // Brands beyond the first bytes are not looked for: files have a handful.
  const end = Math.min(size, SNIFF_BYTES);
  if (size < 16) return refused('This is a broken mp4 file.');
  if (text.length < end) return undefined;
  const brands = [text.slice(8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(text.slice(at, at + 4));
  for (const brand of brands) {
    if (MP4_BRAND.test(brand)) return { kind: 'mp4' };
    const known = FTYP_BRANDS.find(([pattern]) => pattern.test(brand));
    if (known) return refused(known[1]);
  }
  return refused(`This is a file of the mp4 family that browsers do not play (${printable(brands[0] ?? '')}).`);
}

function printable(brand: string): string {
  return brand.replace(/[^\x20-\x7e]/g, '?').trim();
}

/** The DocType of an EBML header (RFC 8794): Matroska and WebM share everything else. */
function sniffEbml(bytes: Uint8Array): Sniffed | undefined {
  // A length of 1–16, written in one byte, two, or eight: all that is met in practice.
  const docType = /\x42\x82(?:\x40|\x01\0{6})?([\x81-\x90\x01-\x10])/.exec(latin1(bytes));
  if (!docType) return undefined;
  const start = docType.index + docType[0].length;
  const length = (docType[1] ?? '').charCodeAt(0) & 0x7f;
  if (start + length > bytes.byteLength) return undefined;
  const name = latin1(bytes.subarray(start, start + length)).replace(/\0+$/, '');
  if (name === 'webm') return { kind: 'webm' };
  if (name === 'matroska') return refused('This is a Matroska file (.mkv).');
  return refused('This is a file of the Matroska family that browsers do not play.');
}

/** What shows only over a longer stretch: transport streams and texts. */
function sniffLonger(bytes: Uint8Array, text: string): Sniffed | undefined {
  for (const [first, packet] of [[0, 188], [4, 192]] as const) {
    if ([0, 1, 2].every((index) => bytes[first + index * packet] === 0x47)) {
      return refused('This is an MPEG transport stream (.ts, .m2ts).');
    }
  }
  if (/^\s*#EXTM3U/.test(text)) return refused('This is an HLS playlist: give its address instead of uploading it.');
  if (HTML.test(text)) return refused('This is an HTML page.');
  if (XML.test(text)) return refused('This is an XML or SVG document.');
  return isText(bytes) ? refused('This is plain text.') : undefined;
}

/** Tab, line feed, form feed, carriage return. */
const BLANKS = new Set([0x09, 0x0a, 0x0c, 0x0d]);

function isText(bytes: Uint8Array): boolean {
  if (bytes.some((byte) => byte < 0x20 && !BLANKS.has(byte))) return false;
  // The cut may fall within a character: streaming does not mind.
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
