/** The text of a subtitle file, whose encoding nobody tells: UTF-8 and UTF-16 by their marks or form, else one of bytes. */
export function decodeSubtitles(bytes: Uint8Array): string {
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

function encodingOf(bytes: Uint8Array): string {
  const [a, b] = bytes;
  if (a === 0xff && b === 0xfe) return 'utf-16le';
  if (a === 0xfe && b === 0xff) return 'utf-16be';
  const sample = bytes.subarray(0, 4096);
  // Times and blanks of a UTF-16 text are every second byte zero; no other text has zeros.
  const zeros = (from: number): number => sample.filter((byte, index) => byte === 0 && index % 2 === from).length;
  if (zeros(1) > sample.length / 10) return 'utf-16le';
  if (zeros(0) > sample.length / 10) return 'utf-16be';
  if (isUtf8(bytes)) return 'utf-8';
  return isCyrillic(bytes) ? 'windows-1251' : 'windows-1252';
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Words of Windows-1251 are high bytes in a row; Western letters with marks stand alone among plain ones. */
function isCyrillic(bytes: Uint8Array): boolean {
  let high = 0;
  let inRow = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    if (bytes[index]! < 0xc0) continue;
    high += 1;
    if ((bytes[index - 1] ?? 0) >= 0xc0 || (bytes[index + 1] ?? 0) >= 0xc0) inRow += 1;
  }
  return inRow * 2 > high;
}
