import { useState } from 'react';
import type { Event } from '@watchparty/protocol';
import { Button, LinkButton } from '../../../ui/button.tsx';
import { Empty } from '../../../ui/states.tsx';
import { EventCard } from '../event-card.tsx';
import { useText } from '../i18n/use-text.ts';
import { standingOf } from '../standing.ts';

/** What is to come; before it, if one asks for it, what is over. */
export function Agenda({ events }: { readonly events: readonly Event[] }) {
  const { t } = useText();
  const [pastShown, setPastShown] = useState(false);
  const isOpen = (event: Event): boolean => ['upcoming', 'on'].includes(standingOf({ ...event, cancelledAt: null }));
  const [coming, past] = [events.filter(isOpen), events.filter((event) => !isOpen(event))];
  return (
    <>
      {past.length > 0 && <div className="row agenda-past"><Button look="quiet" aria-expanded={pastShown} onClick={() => setPastShown(!pastShown)}>{t('calendar.past', { count: past.length })}</Button></div>}
      {pastShown && <ul className="event-list">{past.map((event) => <EventCard key={event.id} event={event} />)}</ul>}
      {coming.length === 0
        ? <Empty icon="calendar" text={t('none.mine')}><LinkButton to="/events" look="primary">{t('calendar.find')}</LinkButton></Empty>
        : <ul className="event-list">{coming.map((event) => <EventCard key={event.id} event={event} />)}</ul>}
    </>
  );
}
