const LONGEST = 200;

/**
 * What a client calls itself, as one short line: nothing that ends a line, is not to be seen or turns the direction of
 * writing. AU4
 */
export const shownProgram = (userAgent: string): string =>
  userAgent.toWellFormed().replaceAll(/[\p{C}\p{Zl}\p{Zp}\s]+/gu, ' ').trim().slice(0, LONGEST);
