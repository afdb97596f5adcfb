import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Event } from '@watchparty/protocol';
import { useChanged } from '../../../api/use-changed.ts';
import { useHttp } from '../../../session/context.tsx';
import { Loading } from '../../../shell/loading.tsx';
import { NotFound } from '../../../shell/not-found.tsx';
import { RequireUser } from '../../../shell/require-user.tsx';
import { usePageTitle } from '../../../shell/use-page-title.ts';
import { Problem } from '../../../ui/problem.tsx';
import { useText } from '../i18n/use-text.ts';
import { EventForm } from './event-form.tsx';
import { changesOf, type EventValues, valuesOf } from './event-values.ts';
import '../events.css';

export function EditEvent() {
  const { eventId } = useParams({ from: '/events/$eventId/edit' });
  return /^[1-9]\d{0,9}$/.test(eventId) ? <RequireUser>{() => <Loaded key={eventId} eventId={Number(eventId)} />}</RequireUser> : <NotFound />;
}

function Loaded({ eventId }: { readonly eventId: number }) {
  const { t } = useText();
  const http = useHttp();
  // As it is when one begins to change it, and not as it becomes meanwhile.
  const { data, error, refetch } = useQuery({
    queryKey: ['event-to-edit', eventId], staleTime: Infinity, gcTime: 0, queryFn: ({ signal }) => http.events.get(eventId, { signal }),
  });
  usePageTitle(t('owner.edit'));
  if (data !== undefined) return <Editing event={data} />;
  if (error !== null) return <div className="page middle"><Problem error={error} title={t('event.cannotLoad')} onRetry={() => void refetch()} /></div>;
  return <Loading />;
}

function Editing({ event }: { readonly event: Event }) {
  const { t } = useText();
  const http = useHttp();
  const navigate = useNavigate();
  const changed = useChanged();
  const [initial] = useState(() => valuesOf(event));
  const toEvent = (): Promise<void> => navigate({ to: '/events/$eventId', params: { eventId: String(event.id) }, replace: true });

  async function submit(values: EventValues): Promise<void> {
    const changes = changesOf(initial, values);
    if (Object.keys(changes).length > 0) await http.events.patch(event.id, changes);
    changed(['events']);
    await toEvent();
  }
  return (
    <div className="page middle stack">
      <h1>{t('owner.edit')}</h1>
      {event.goingCount + event.waitlistedCount + event.interestedCount > 0 && <p className="faint">{t('form.told')}</p>}
      <EventForm
        initial={initial} draft={`event-${event.id}`} submitText={t('common.save')} submit={submit}
        onCancel={() => void toEvent()}
      />
    </div>
  );
}
