/** What a link shows where it is shared: only what everybody may see. */
export interface Card {
  readonly title: string;
  readonly description: string;
  /** Of a picture; may lie on another server. */
  readonly imageUrl?: string | undefined;
}

/** Finds the card of what one page shows, by the page's path such as `/rooms/:id`. Undefined: it is not for everybody. */
export type Cards = Readonly<Record<string, (id: number) => Promise<Card | undefined>>>;

const NEUTRAL: Card = { title: 'WatchParty', description: 'Watch films together with friends, in step to a frame.' };
const MAX_TITLE = 100;
const MAX_DESCRIPTION = 200;

/**
 * The part of a page's head that programs read which show links: Open Graph, and Twitter's for the size of the picture.
 * `address`: the page's path where it may be found by itself; an invitation's is left out, so that nobody shares the room
 * without it.
 */
export function cardHead(publicUrl: string, card: Card | undefined, address: string | undefined): string {
  const { title, description, imageUrl } = card ?? NEUTRAL;
  const [shownTitle, shownDescription] = [shown(title, MAX_TITLE), shown(description, MAX_DESCRIPTION) || NEUTRAL.description];
  const own = imageUrl === undefined ? undefined : addressOf(imageUrl, publicUrl);
  const url = address === undefined ? undefined : `${publicUrl}${address}`;
  return [
    ...(url === undefined ? [] : [`<link rel="canonical" href="${escaped(url)}">`, meta('property', 'og:url', url)]),
    ...(card === undefined ? [] : [meta('name', 'description', shownDescription)]),
    meta('property', 'og:site_name', 'WatchParty'),
    meta('property', 'og:type', 'website'),
    meta('property', 'og:title', shownTitle),
    meta('property', 'og:description', shownDescription),
    meta('property', 'og:image', own ?? `${publicUrl}/card.png`),
    ...(own === undefined ? [meta('property', 'og:image:width', '1200'), meta('property', 'og:image:height', '630')] : []),
    meta('name', 'twitter:card', 'summary_large_image'),
  ].join('');
}

const meta = (kind: 'name' | 'property', name: string, content: string): string => `<meta ${kind}="${name}" content="${escaped(content)}">`;

/** In one line, without what nobody sees, and no longer than is shown anyway. */
function shown(text: string, most: number): string {
  const characters = Array.from(text.replaceAll(/[\p{C}\s]+/gu, ' ').trim());
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('').trimEnd()}…`;
}

/** Undefined for what is no picture's address on the web. */
function addressOf(url: string, publicUrl: string): string | undefined {
  const whole = URL.parse(url, publicUrl);
  return whole !== null && /^https?:$/.test(whole.protocol) ? whole.href : undefined;
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character]!);
