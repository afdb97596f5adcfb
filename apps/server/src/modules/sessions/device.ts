import bowser from 'bowser';

/** What a user agent says of the device it runs on; `unknown` where it says nothing. */
export interface Device {
  readonly device: 'desktop' | 'mobile' | 'tablet' | 'tv' | 'bot' | 'unknown';
  /** `Chrome`, `curl`: also of programs that are no browsers. */
  readonly browser: string;
  readonly browserVersion: string | null;
  /** `Windows`, `iOS`. */
  readonly os: string;
  readonly osVersion: string | null;
  readonly vendor: string | null;
  readonly model: string | null;
}

const DEVICES = ['desktop', 'mobile', 'tablet', 'tv', 'bot'] as const;
const MAX_LENGTH = 60;
const PROGRAM = /^([\w.+-]+)(?:\/([\w.+-]+))?/;

/** Never throws: the text is whatever somebody has sent. */
export function deviceOf(userAgent: string): Device {
  const { browser, os, platform } = userAgent === '' ? NOTHING : parse(userAgent);
  // Of what is no browser: the program that it names first (RFC 9110).
  const [, program, version] = PROGRAM.exec(userAgent) ?? [];
  return {
    device: DEVICES.find((device) => device === platform.type) ?? 'unknown',
    browser: textOf(browser.name) ?? textOf(program) ?? 'unknown',
    browserVersion: textOf(browser.name === undefined || browser.name === '' ? version : browser.version),
    os: textOf(os.name) ?? 'unknown',
    osVersion: textOf(os.versionName) ?? textOf(os.version),
    vendor: textOf(platform.vendor),
    model: textOf(platform.model),
  };
}

const NOTHING: bowser.Parser.ParsedResult = { browser: {}, os: {}, platform: {}, engine: {} };

function parse(userAgent: string): bowser.Parser.ParsedResult {
  try {
    return bowser.parse(userAgent);
  } catch {
    return NOTHING;
  }
}

const textOf = (text: string | undefined): string | null => (text === undefined || text === '' ? null : text.slice(0, MAX_LENGTH));
