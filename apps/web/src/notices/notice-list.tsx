import { type ReactNode, useState } from 'react';
import type { NoticeFeed, NoticesState } from '@watchparty/client';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';
import { Empty, Skeleton } from '../ui/states.tsx';
import { useToasts } from '../ui/toasts.tsx';
import { byDay, dayName } from './days.ts';
import { NoticeItem } from './notice-item.tsx';
import { useSeen } from './use-seen.ts';

interface Props {
  readonly feed: NoticeFeed | undefined;
  readonly state: NoticesState;
  /** One goes to where a notice leads. */
  readonly onGo: () => void;
  /** Where nothing around it says what it is. */
  readonly heading?: ReactNode;
}

export function NoticeList({ feed, state, onGo, heading }: Props) {
  const { t, locale } = useI18n();
  const toasts = useToasts();
  const { status, error, items, unread, hasMore } = state;
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const [busy, setBusy] = useState(false);

  const seen = useSeen((ids) => {
    // What was new when one looked stays marked as long as one looks. Unsaid to the server, it is new again next time.
    setFresh((before) => new Set([...before, ...ids]));
    feed?.markRead(ids).catch(() => {});
  });

  async function older(): Promise<void> {
    setBusy(true);
    await feed?.loadMore().catch(toasts.fail);
    setBusy(false);
  }

  return (
    <div className="notice-list" aria-busy={status === 'loading' && items.length === 0}>
      <div className="notice-head">
        {heading}
        <Button look="quiet" icon="check" disabled={unread === 0} onClick={() => void feed?.markAllRead().catch(toasts.fail)}>{t('notices.readAll')}</Button>
      </div>
      {status === 'failed' && <Problem error={error} title={t('notices.cannotLoad')} onRetry={() => (feed === undefined ? location.reload() : void feed.reload())} />}
      {status === 'loading' && items.length === 0 && <Waiting />}
      {status === 'ready' && items.length === 0 && !hasMore && <Empty icon="bell" text={t('notices.none')} />}
      {byDay(items).map(({ key, items: [first, ...rest] }) => first !== undefined && (
        <section key={key} aria-labelledby={`notices-${key}`}>
          <h3 id={`notices-${key}`} className="notice-day">{dayName(first.createdAt, locale)}</h3>
          <ul className="notice-items">
            {[first, ...rest].map((notice) => (
              <NoticeItem
                key={notice.id} notice={notice} isNew={notice.readAt === null || fresh.has(notice.id)} watch={notice.readAt === null ? seen : undefined}
                onGo={onGo} onRemove={() => void feed?.remove(notice.id).catch(toasts.fail)}
              />
            ))}
          </ul>
        </section>
      ))}
      {hasMore && <Button busy={busy} onClick={() => void older()}>{t('notices.older')}</Button>}
    </div>
  );
}

function Waiting() {
  const { t } = useI18n();
  return (
    <>
      <span className="visually-hidden">{t('common.loading')}</span>
      <Skeleton height="56px" />
      <Skeleton height="56px" />
      <Skeleton height="56px" />
    </>
  );
}
