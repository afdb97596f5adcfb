import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useChanged } from '../../../api/use-changed.ts';
import { useHttp } from '../../../session/context.tsx';
import { RequireUser } from '../../../shell/require-user.tsx';
import { usePageTitle } from '../../../shell/use-page-title.ts';
import { useToasts } from '../../../ui/toasts.tsx';
import { useText } from '../i18n/use-text.ts';
import { EventForm } from './event-form.tsx';
import { bodyOf, type EventValues, newValues } from './event-values.ts';
import '../events.css';

export const NewEvent = () => <RequireUser>{() => <Making />}</RequireUser>;

function Making() {
  const { t } = useText();
  const http = useHttp();
  const navigate = useNavigate();
  const changed = useChanged();
  const toasts = useToasts();
  const { date, room: roomId } = useSearch({ from: '/events/new' });
  const initial = useMemo(() => newValues({ date, roomId }), [date, roomId]);
  usePageTitle(t('events.make'));

  async function submit(values: EventValues): Promise<void> {
    const event = await http.events.create(bodyOf(values));
    // It is made: whatever becomes of the invitations, it is not to be made again.
    if (values.visibility !== 'public' && values.guests.length > 0) await http.events.invite(event.id, values.guests).catch(toasts.fail);
    changed(['events']);
    await navigate({ to: '/events/$eventId', params: { eventId: String(event.id) }, replace: true });
  }
  return (
    <div className="page middle stack">
      <h1>{t('events.make')}</h1>
      <EventForm
        initial={initial} draft={date === undefined && roomId === undefined ? 'event' : `event-${date ?? ''}-${roomId ?? ''}`}
        submitText={t('form.create')} submit={submit} withGuests
        onCancel={() => void navigate({ to: '/events' })}
      />
    </div>
  );
}
