import type { ReactNode } from 'react';
import type { Event } from '@watchparty/protocol';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Empty } from '../../ui/states.tsx';
import { EventCard, EventSkeletons } from './event-card.tsx';
import { useText } from './i18n/use-text.ts';

const NONE: readonly number[] = [];

interface Props {
  /** Undefined: not there yet. */
  readonly events: readonly Event[] | undefined;
  readonly error: unknown;
  readonly onRetry: () => void;
  /** What is said where there are none, and the next step. */
  readonly none: string;
  readonly next?: ReactNode;
  /** There are more of them. */
  readonly more?: { readonly busy: boolean; readonly onMore: () => void } | undefined;
  readonly marked?: readonly number[];
  readonly onPoint?: (eventId: number | undefined) => void;
}

export function EventList({ events, error, onRetry, none, next, more, marked = NONE, onPoint }: Props) {
  const { t } = useText();
  if (events === undefined) return error === null ? <EventSkeletons count={4} /> : <Problem error={error} title={t('events.cannotLoad')} onRetry={onRetry} />;
  if (events.length === 0) return <Empty icon="calendar" text={none}>{next}</Empty>;
  return (
    <>
      <ul className="event-list">
        {events.map((event) => <EventCard key={event.id} event={event} marked={marked.includes(event.id)} {...(onPoint !== undefined && { onPoint })} />)}
      </ul>
      {more !== undefined && <div className="pager"><Button busy={more.busy} onClick={more.onMore}>{t('events.more')}</Button></div>}
    </>
  );
}
