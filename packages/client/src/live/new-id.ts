/** 128 random bits in hexadecimal. Not `crypto.randomUUID`, which browsers have on https only, not in a home network. */
export const newRandomId = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
