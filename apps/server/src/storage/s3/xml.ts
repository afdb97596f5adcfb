const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The contents of every element `name`, in order. S3's answers nest no element in one of the same name. */
export function elements(xml: string, name: string): string[] {
  const element = new RegExp(`<${name}(?:\\s[^>]*)?>([\\s\\S]*?)</${name}>`, 'g');
  return Array.from(xml.matchAll(element), ([, inner]) => inner ?? '');
}

/** The text of the first element `name`; undefined when there is none. */
export function text(xml: string, name: string): string | undefined {
  return elements(xml, name)[0]?.trim().replaceAll(/&(?:#(\d+)|(\w+));/g, (whole, code: string | undefined, named: string) =>
    code === undefined ? (ENTITIES[named] ?? whole) : String.fromCodePoint(Number(code)),
  );
}

export const escaped = (value: string): string =>
  value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
