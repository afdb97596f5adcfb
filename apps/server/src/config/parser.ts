/** Turns a setting's text into its value. */
export interface Parser<T> {
  /** What is accepted, for a person: completes "give …". */
  readonly accepts: string;
  /** The value, or undefined when the text is refused. Never throws. Gets text that is not blank. */
  parse(text: string): T | undefined;
}

/** A whole number in decimal digits from `min` to `max`, both included. */
export function integer(min: number, max: number): Parser<number> {
  return {
    accepts: `a whole number from ${min} to ${max}`,
    parse(text) {
      if (!/^\d{1,16}$/.test(text)) return undefined;
      const value = Number(text);
      return value >= min && value <= max ? value : undefined;
    },
  };
}

/** One word of a fixed set; capitals do not matter. */
export function choice<const T extends string>(...words: readonly T[]): Parser<T> {
  return {
    accepts: `one of ${words.join(', ')}`,
    parse: (text) => words.find((word) => word === text.toLowerCase()),
  };
}

const SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ['true', true], ['yes', true], ['on', true], ['1', true],
  ['false', false], ['no', false], ['off', false], ['0', false],
]);

export const boolean: Parser<boolean> = {
  accepts: 'true or false',
  parse: (text) => SWITCHES.get(text.toLowerCase()),
};

const BYTE_UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1], ['b', 1],
  ['kb', 1e3], ['mb', 1e6], ['gb', 1e9], ['tb', 1e12],
  ['kib', 2 ** 10], ['mib', 2 ** 20], ['gib', 2 ** 30], ['tib', 2 ** 40],
]);

/** A size as a number of bytes, bare or with a unit: decimal (`8GB`) or binary (`8GiB`). At least one byte. */
export const bytes: Parser<number> = {
  accepts: 'a number of bytes above 0, with or without a unit, such as 500MB or 8GiB',
  parse(text) {
    const match = /^(\d{1,16}(?:\.\d{1,6})?) ?([a-z]{0,3})$/i.exec(text);
    const unit = BYTE_UNITS.get(match?.[2]?.toLowerCase() ?? '');
    if (!match || unit === undefined) return undefined;
    const value = Math.floor(Number(match[1]) * unit);
    return value >= 1 && Number.isSafeInteger(value) ? value : undefined;
  },
};

/** A name of the IANA time zone database; fixed offsets such as `+03:00` are refused, they know no summer time. */
export const timeZone: Parser<string> = {
  accepts: 'a time zone of the IANA database, such as UTC or Europe/Berlin',
  parse(text) {
    if (!/^[A-Za-z]/.test(text)) return undefined;
    try {
      Intl.DateTimeFormat('en', { timeZone: text });
      return text;
    } catch {
      return undefined;
    }
  },
};

/** Any text without control characters. */
export const text: Parser<string> = {
  accepts: 'a text in one line',
  parse: (given) => (/[\u0000-\u001f\u007f]/.test(given) ? undefined : given),
};

/** One or more texts, separated by commas; blanks around them do not count. */
export const secrets: Parser<readonly string[]> = {
  accepts: 'one or more secrets, separated by commas',
  parse(given) {
    const parts = given.split(',').map((part) => part.trim());
    return parts.every((part) => part !== '' && text.parse(part) !== undefined) ? parts : undefined;
  },
};

const ADDRESS = /^[^\s@<>(),;:"\\[\]\u0000-\u001f\u007f]{1,64}@[^\s@<>(),;:"\\[\]\u0000-\u001f\u007f]{1,255}$/;

/** One e-mail address, kept as given. */
export const email: Parser<string> = {
  accepts: 'an e-mail address, such as anna@example.org',
  parse: (given) => (ADDRESS.test(given) ? given : undefined),
};

/** An e-mail address with or without a name before it, as it stands in a mail's `From`. */
export const mailbox: Parser<string> = {
  accepts: 'an e-mail address, alone or as Name <address>',
  parse(given) {
    const match = /^([^<>]*?)\s*<([^<>]+)>$/.exec(given);
    if (!match) return email.parse(given);
    const usable = text.parse(given) !== undefined && email.parse(match[2] ?? '') !== undefined;
    return usable ? given : undefined;
  },
};

/** A folder as given, absolute or relative to the working directory. */
export const folder: Parser<string> = {
  accepts: 'the path of a folder (~ is not expanded)',
  parse(given) {
    if (given.includes('\0') || given.startsWith('~')) return undefined;
    return /^[a-z][a-z0-9+.-]+:\/\//i.test(given) ? undefined : given;
  },
};

/** A folder, or `off`. */
export const folderOrOff: Parser<{ readonly kind: 'off' } | { readonly kind: 'folder'; readonly folder: string }> = {
  accepts: 'the path of a folder (~ is not expanded), or off',
  parse(given) {
    if (given.toLowerCase() === 'off') return { kind: 'off' };
    const path = folder.parse(given);
    return path === undefined ? undefined : { kind: 'folder', folder: path };
  },
};
