const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** HTML that is safe to put into other HTML as it is. */
export class Html {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

type Insertable = string | number | Html | readonly Html[];

function inserted(value: Insertable): string {
  if (value instanceof Html) return value.source;
  if (typeof value === 'object') return value.map((part) => part.source).join('');
  return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character]!);
}

/** A template whose every inserted text is escaped, for content and for quoted attributes. */
export const html = (texts: TemplateStringsArray, ...values: readonly Insertable[]): Html =>
  new Html(texts.map((text, index) => (index === 0 ? text : inserted(values[index - 1]!) + text)).join(''));

/** Without what writes lines, or turns the direction of what follows: names are written by others. */
export const plainName = (name: string): string =>
  name.replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ').replace(/\p{Bidi_Control}/gu, '').trim();
