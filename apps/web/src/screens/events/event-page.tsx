import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ApiError } from '@watchparty/client';
import { useHttp, useUser } from '../../session/context.tsx';
import { Loading } from '../../shell/loading.tsx';
import { NotFound } from '../../shell/not-found.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { LinkButton } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Invitation } from './invitation.tsx';
import { useText } from './i18n/use-text.ts';
import { useEventNews } from './use-event-news.ts';
import './events.css';

/** Others answer at any time, and nobody is told of that. */
const REFRESH_MS = 20_000;

export function EventPage() {
  const { eventId } = useParams({ from: '/events/$eventId' });
  return /^[1-9]\d{0,9}$/.test(eventId) ? <Shown key={eventId} eventId={Number(eventId)} /> : <NotFound />;
}

function Shown({ eventId }: { readonly eventId: number }) {
  const { t } = useText();
  const http = useHttp();
  useEventNews();
  const { data, error, refetch } = useQuery({
    queryKey: ['events', 'one', eventId], refetchInterval: REFRESH_MS, queryFn: ({ signal }) => http.events.get(eventId, { signal }),
  });
  usePageTitle(data?.title);
  if (error instanceof ApiError && error.status === 404) return <NotOpen eventId={eventId} />;
  if (data !== undefined) return <Invitation event={data} />;
  if (error !== null) return <div className="page middle"><Problem error={error} title={t('event.cannotLoad')} onRetry={() => void refetch()} /></div>;
  return <Loading />;
}

/** There is none, or it is not for whoever looks: the server does not say which. */
function NotOpen({ eventId }: { readonly eventId: number }) {
  const { t } = useText();
  const user = useUser();
  usePageTitle(t('event.missingTitle'));
  return (
    <div className="page narrow stack">
      <h1>{t('event.missingTitle')}</h1>
      <p className="faint">{t(user === undefined ? 'event.missingSignIn' : 'event.missingText')}</p>
      <div className="row">
        {user === undefined && <LinkButton to="/login" search={{ next: `/events/${eventId}` }} look="primary">{t('nav.login')}</LinkButton>}
        <LinkButton to="/events">{t('event.others')}</LinkButton>
      </div>
    </div>
  );
}
