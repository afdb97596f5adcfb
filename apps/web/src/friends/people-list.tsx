import type { ReactNode } from 'react';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from '../ui/button.tsx';
import { Problem } from '../ui/problem.tsx';
import { Skeleton } from '../ui/states.tsx';
import type { Pages } from './use-pages.ts';
import './friends.css';

/** A list of people with its waiting, its trouble and its end. `children`: one row. */
export function PeopleList<T>({ pages, title, empty, children }: {
  readonly pages: Pages<T>; readonly title: string; readonly empty?: ReactNode; readonly children: (item: T) => ReactNode;
}) {
  const { t } = useI18n();
  const { items, error, retry, more, busy } = pages;
  if (items === undefined) {
    return error === null ? <div className="stack" aria-busy="true"><Skeleton height="48px" /><Skeleton height="48px" /><Skeleton height="48px" /></div> : <Problem error={error} title={title} onRetry={retry} />;
  }
  if (items.length === 0 && more === undefined) return empty;
  return (
    <>
      <ul className="person-list">{items.map(children)}</ul>
      {more !== undefined && <Button className="friends-more" busy={busy} onClick={more}>{t('friends.more')}</Button>}
    </>
  );
}
