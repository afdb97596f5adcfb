import { memo, useState } from 'react';
import type { OutgoingMessage } from '@watchparty/client';
import type { ChatMessage } from '@watchparty/protocol';
import { PersonLink } from '../../../friends/person-link.tsx';
import { useI18n } from '../../../i18n/i18n.tsx';
import { problemText } from '../../../i18n/problem-text.ts';
import { Avatar } from '../../../ui/avatar.tsx';
import { IconButton } from '../../../ui/button.tsx';
import { Icon } from '../../../ui/icons.tsx';
import { Menu, MenuItem, MenuSeparator } from '../../../ui/menu.tsx';
import { EMOJI } from '../emoji.ts';
import { Content } from './content.tsx';

export interface MessageActions {
  readonly onReply: (message: ChatMessage) => void;
  readonly onEdit: (message: ChatMessage) => void;
  readonly onDelete: (message: ChatMessage) => void;
  readonly onReact: (message: ChatMessage, emoji: string) => void;
}

interface Props {
  readonly message: ChatMessage;
  /** By the same person as the one above, shortly after. */
  readonly follows: boolean;
  readonly ownId: number;
  readonly mayDelete: boolean;
  readonly actions: MessageActions;
}

export const Message = memo(function Message({ message, follows, ownId, mayDelete, actions }: Props) {
  const { t, clockTime, exactly } = useI18n();
  const { userId, username, content, replyTo, reactions, createdAt, editedAt, deletedAt } = message;
  const isMine = userId === ownId;
  return (
    <li className={`message ${follows ? 'follows' : ''}`}>
      {follows ? <span /> : <Avatar id={userId} name={username} size={32} />}
      <div className="message-body">
        {!follows && (
          <p className="message-head"><strong><PersonLink userId={userId} username={username} /></strong> <time className="faint small tabular" dateTime={createdAt} title={exactly(createdAt)}>{clockTime(createdAt)}</time></p>
        )}
        {replyTo !== null && (
          <p className="quote small"><Icon name="reply" size={14} /> <span>{replyTo.deleted ? t('chat.deleted') : <><strong>{replyTo.username}</strong> {replyTo.content}</>}</span></p>
        )}
        {deletedAt === null
          ? <p className="message-text"><Content message={{ content, mentions: message.mentions }} ownId={ownId} />{editedAt !== null && <span className="faint small" title={exactly(editedAt)}> {t('chat.edited')}</span>}</p>
          : <p className="message-text faint">{t('chat.deleted')}</p>}
        {reactions.length > 0 && (
          <ul className="message-reactions">
            {reactions.map(({ emoji, count, userIds }) => (
              <li key={emoji}>
                <button
                  type="button" className={userIds.includes(ownId) ? 'on' : ''} aria-pressed={userIds.includes(ownId)}
                  aria-label={t('chat.reaction', { emoji, count })} onClick={() => actions.onReact(message, emoji)}
                >
                  {emoji} <span className="tabular">{count}</span>
                </button>
              </li>
            ))}
          </ul>
        )}
      </div>
      {deletedAt === null && (
        <div className="message-menu">
          <Menu trigger={<IconButton icon="more" size={18} label={t('chat.menu', { name: username })} />}>
            <div className="emoji-row">{EMOJI.map((emoji) => <MenuItem key={emoji} onSelect={() => actions.onReact(message, emoji)}>{emoji}</MenuItem>)}</div>
            <MenuSeparator />
            <MenuItem icon="reply" onSelect={() => actions.onReply(message)}>{t('chat.reply')}</MenuItem>
            {isMine && <MenuItem icon="settings" onSelect={() => actions.onEdit(message)}>{t('chat.edit')}</MenuItem>}
            {(isMine || mayDelete) && <MenuItem icon="close" danger onSelect={() => actions.onDelete(message)}>{t('chat.delete')}</MenuItem>}
          </Menu>
        </div>
      )}
    </li>
  );
});

/** One's own that has not come back yet. */
export function Outgoing({ message, ownId, username, onRetry, onDiscard }: {
  readonly message: OutgoingMessage; readonly ownId: number; readonly username: string; readonly onRetry: () => void; readonly onDiscard: () => void;
}) {
  const i18n = useI18n();
  const { t } = i18n;
  // Whoever reloads a page sees what was refused, but not any more why.
  const [why] = useState(() => (message.error === undefined ? undefined : problemText(message.error, i18n, i18n.locale).text));
  return (
    <li className={`message outgoing ${message.status}`}>
      <Avatar id={ownId} name={username} size={32} />
      <div className="message-body">
        <p className="message-head"><strong>{username}</strong> <span className="faint small" role="status">{t(`chat.status.${message.status}`)}</span></p>
        <p className="message-text">{message.content}</p>
        {message.status === 'failed' && (
          <p className="small error">
            {why ?? t('chat.failedWhy')}{' '}
            <button type="button" className="text-button" onClick={onRetry}>{t('chat.sendAgain')}</button>{' '}
            <button type="button" className="text-button" onClick={onDiscard}>{t('chat.discard')}</button>
          </p>
        )}
      </div>
    </li>
  );
}
