import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import type { Event, OwnProfile } from '@watchparty/protocol';
import { useChanged } from '../../../api/use-changed.ts';
import { useHttp } from '../../../session/context.tsx';
import { Loading } from '../../../shell/loading.tsx';
import { NotFound } from '../../../shell/not-found.tsx';
import { RequireUser } from '../../../shell/require-user.tsx';
import { usePageTitle } from '../../../shell/use-page-title.ts';
import { LinkButton } from '../../../ui/button.tsx';
import { Problem } from '../../../ui/problem.tsx';
import { useText } from '../i18n/use-text.ts';
import { EventForm } from './event-form.tsx';
import { changesOf, type EventValues, valuesOf } from './event-values.ts';
import '../events.css';

export function EditEvent() {
  const { eventId } = useParams({ from: '/events/$eventId/edit' });
  return /^[1-9]\d{0,9}$/.test(eventId) ? <RequireUser>{(user) => <Loaded key={eventId} eventId={Number(eventId)} user={user} />}</RequireUser> : <NotFound />;
}

function Loaded({ eventId, user }: { readonly eventId: number; readonly user: OwnProfile }) {
  const { t } = useText();
  const http = useHttp();
  // As it is when one begins to change it, and not as it becomes meanwhile.
  const { data, error, refetch } = useQuery({
    queryKey: ['event-to-edit', eventId], staleTime: Infinity, gcTime: 0, queryFn: ({ signal }) => http.events.get(eventId, { signal }),
  });
  usePageTitle(t('owner.edit'));
  if (data !== undefined) {
    if (data.cancelledAt !== null) return <Closed eventId={eventId} why="problem.events.cancelled" />;
    return data.ownerId === user.id || user.role === 'admin' ? <Editing event={data} /> : <Closed eventId={eventId} why="problem.events.not_owner" />;
  }
  if (error !== null) return <div className="page middle"><Problem error={error} title={t('event.cannotLoad')} onRetry={() => void refetch()} /></div>;
  return <Loading />;
}

/** Nobody types in vain. */
function Closed({ eventId, why }: { readonly eventId: number; readonly why: 'problem.events.cancelled' | 'problem.events.not_owner' }) {
  const { t } = useText();
  return (
    <div className="page narrow stack">
      <h1>{t('owner.edit')}</h1>
      <p className="faint">{t(why)}</p>
      <div className="row"><LinkButton to="/events/$eventId" params={{ eventId: String(eventId) }} look="primary">{t('form.toEvent')}</LinkButton></div>
    </div>
  );
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
