import { describe, expect, test } from 'vitest';
import { cardHead } from './cards.ts';

const PUBLIC = 'https://party.example.org';
const head = (card: Parameters<typeof cardHead>[1], address?: string) => cardHead(PUBLIC, card, address);
const contentOf = (html: string, name: string): string | undefined => new RegExp(`<meta (?:name|property)="${name}" content="([^"]*)">`).exec(html)?.[1];

describe('a card', () => {
  test('says what is shared, where it is and what it looks like', () => {
    const html = head({ title: 'Film night', description: 'Bring popcorn.', imageUrl: 'https://img.example.org/p.jpg' }, '/rooms/5');
    expect(contentOf(html, 'og:title')).toBe('Film night');
    expect(contentOf(html, 'og:description')).toBe('Bring popcorn.');
    expect(contentOf(html, 'description')).toBe('Bring popcorn.');
    expect(contentOf(html, 'og:image')).toBe('https://img.example.org/p.jpg');
    expect(contentOf(html, 'og:url')).toBe(`${PUBLIC}/rooms/5`);
    expect(html).toContain(`<link rel="canonical" href="${PUBLIC}/rooms/5">`);
    expect(contentOf(html, 'twitter:card')).toBe('summary_large_image');
  });

  test('without a picture of its own shows the app’s, by a whole address', () => {
    expect(contentOf(head({ title: 'a', description: '' }), 'og:image')).toBe(`${PUBLIC}/card.png`);
    expect(contentOf(head({ title: 'a', description: '', imageUrl: '/uploads/poster.jpg' }), 'og:image')).toBe(`${PUBLIC}/uploads/poster.jpg`);
  });

  test.each(['javascript:alert(1)', 'data:image/png;base64,x', 'http://', '\u0000'])('never names %j as its picture', (imageUrl) => {
    expect(contentOf(head({ title: 'a', description: '', imageUrl }), 'og:image')).toMatch(/^https:\/\/party\.example\.org\//);
  });

  test('is neutral where there is none, and names no address', () => {
    const html = head(undefined);
    expect(contentOf(html, 'og:title')).toBe('WatchParty');
    expect(html).not.toMatch(/canonical|og:url|name="description"/);
  });

  test.each([
    `"><script>alert(1)</script>`, `' onload='alert(1)`, '</head><body onload=alert(1)>', '<!--', '&quot;&lt;script&gt;', `$&$'$1`, '\u2028<img src=x>',
  ])('makes no markup of %j', (text) => {
    const html = head({ title: text, description: text, imageUrl: `https://img.example.org/?${text}` }, `/rooms/5`);
    expect(html.replaceAll(/<(?:meta|link) [a-z]+="[\w:]+" (?:content|href)="[^"<>]*">/g, '')).toBe('');
    expect(contentOf(html, 'og:title')!.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, '')).not.toMatch(/[<>"'&]/);
  });

  test('is one line, without what nobody sees, and cut between characters', () => {
    expect(contentOf(head({ title: 'a\r\n\tb\u0000\u202Ec', description: '' }), 'og:title')).toBe('a b c');
    const long = contentOf(head({ title: '🎬'.repeat(150), description: 'x'.repeat(5000) }), 'og:title')!;
    expect(Array.from(long)).toHaveLength(100);
    expect(long.isWellFormed()).toBe(true);
  });
});
