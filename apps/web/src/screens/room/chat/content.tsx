import type { ChatMessage } from '@watchparty/protocol';

const LINK = /(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)\]])/;

/** Text stays text; addresses become links, and those who are named stand out. */
export function Content({ message, ownId }: { readonly message: Pick<ChatMessage, 'content' | 'mentions'>; readonly ownId: number }) {
  const names = message.mentions.map(({ username }) => username.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const mention = names.length === 0 ? undefined : new RegExp(`(@(?:${names.join('|')}))`, 'i');
  return message.content.split(LINK).map((part, index) => {
    // Every other part is a link.
    if (index % 2 === 1) return <a key={index} href={part} target="_blank" rel="noreferrer noopener nofollow ugc">{part}</a>;
    if (mention === undefined) return part;
    return part.split(mention).map((piece, at) => {
      if (at % 2 === 0) return piece;
      const named = message.mentions.find(({ username }) => `@${username}`.toLowerCase() === piece.toLowerCase());
      return <span key={`${index} ${at}`} className={named?.userId === ownId ? 'mention me' : 'mention'}>{piece}</span>;
    });
  });
}
