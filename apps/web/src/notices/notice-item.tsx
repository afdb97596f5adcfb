import { useRouter } from '@tanstack/react-router';
import type { MouseEvent } from 'react';
import type { Notice } from '@watchparty/protocol';
import { useI18n } from '../i18n/i18n.tsx';
import { IconButton } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { FriendAnswer } from './friend-answer.tsx';
import { wordsFor } from './notice-words.ts';

interface Props {
  readonly notice: Notice;
  readonly isNew: boolean;
  /** Given the element of one that is unread. */
  readonly watch: ((element: HTMLElement | null) => (() => void) | undefined) | undefined;
  readonly onGo: () => void;
  readonly onRemove: () => void;
}

export function NoticeItem({ notice, isNew, watch, onGo, onRemove }: Props) {
  const i18n = useI18n();
  const { t, when, exactly } = i18n;
  const router = useRouter();
  const words = wordsFor(notice, i18n);
  if (words === undefined) return null;
  const { icon, text, detail, path, route } = words;

  function go(event: MouseEvent): void {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    router.history.push(path);
    onGo();
  }

  return (
    <li ref={watch} data-notice={notice.id} className={`notice ${isNew ? 'new' : ''}`}>
      <Icon name={icon} size={18} />
      <div className="notice-body">
        {/* A screen that there is none of leads nowhere. */}
        {Object.hasOwn(router.routesByPath, route)
          ? <a className="notice-link" href={path} onClick={go}>{text}</a>
          : <span className="notice-text">{text}</span>}
        {isNew && <span className="visually-hidden">{t('notices.new')}</span>}
        {notice.kind === 'friend_request' && <FriendAnswer requestId={notice.requestId} name={notice.from.username} />}
        {detail !== undefined && <p className="notice-detail">{detail}</p>}
        <time className="notice-time" dateTime={notice.createdAt} title={exactly(notice.createdAt)}>{when(notice.createdAt)}</time>
      </div>
      <IconButton icon="close" size={16} label={t('notices.remove', { what: text })} className="notice-remove" onClick={onRemove} />
    </li>
  );
}
