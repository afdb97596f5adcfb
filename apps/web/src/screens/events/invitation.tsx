import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Event } from '@watchparty/protocol';
import { profileOf } from '../../friends/keys.ts';
import { useHttp, useUser } from '../../session/context.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Button, LinkButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { AnswerPanel } from './answer-panel.tsx';
import { DateLeaf } from './date-leaf.tsx';
import { useText } from './i18n/use-text.ts';
import { OwnerMenu } from './owner-menu.tsx';
import { PeopleGoing } from './people-going.tsx';
import { PlaceOnMap } from './place-on-map.tsx';
import { saveFile } from './save-file.ts';
import { type Standing, standingOf } from './standing.ts';
import { useDates } from './use-dates.ts';

export function Invitation({ event }: { readonly event: Event }) {
  const { t } = useText();
  const user = useUser();
  const dates = useDates().of(event);
  const { title, description, location, online, url, visibility, roomId, opensRoom, timeZone } = event;
  const standing = standingOf(event);
  return (
    <article className="page invitation">
      {standing !== 'upcoming' && <StateBand standing={standing} />}
      <header className="invitation-head">
        <DateLeaf dates={dates} large />
        <div className="invitation-title">
          <Host event={event} />
          <h1>{title}</h1>
          <p className="invitation-when"><time dateTime={event.startsAt}>{dates.there}</time> <span className="faint small">{timeZone}</span></p>
          {dates.here !== undefined && <p className="faint">{t('when.here', { when: dates.here })}</p>}
          <p className="event-facts">
            {online && <span><Icon name="globe" size={16} /> {t('event.online')}</span>}
            {visibility !== 'public' && <span><Icon name="lock" size={16} /> {t(`visibility.${visibility}`)}</span>}
          </p>
        </div>
        {(event.ownerId === user?.id || user?.role === 'admin') && <OwnerMenu event={event} standing={standing} />}
      </header>
      <div className="invitation-columns">
        <div className="invitation-main">
          {description !== '' && <p className="invitation-text">{description}</p>}
          {(online || roomId !== null) && (
            <section className="section" aria-labelledby="event-online">
              <h2 id="event-online">{t('event.howOnline')}</h2>
              {url !== null && <p><a href={url} target="_blank" rel="noopener noreferrer nofollow ugc">{url}</a></p>}
              {url === null && roomId === null && <p className="faint">{t('event.onlineSoon')}</p>}
              {roomId !== null && (
                <div className="row">
                  <LinkButton to="/rooms/$roomId" params={{ roomId: String(roomId) }} look={standing === 'on' ? 'primary' : 'plain'} icon="film">{t('event.room')}</LinkButton>
                  {opensRoom && standing === 'upcoming' && <span className="faint small">{t('event.opensRoom')}</span>}
                </div>
              )}
            </section>
          )}
          {location !== null && <PlaceOnMap location={location} />}
          <PeopleGoing event={event} standing={standing} />
        </div>
        <aside className="invitation-side">
          <AnswerPanel event={event} standing={standing} />
          <CalendarButton event={event} />
        </aside>
      </div>
    </article>
  );
}

function Host({ event: { ownerId } }: { readonly event: Event }) {
  const { t } = useText();
  const http = useHttp();
  const user = useUser();
  const { data } = useQuery({
    queryKey: profileOf(ownerId), enabled: user !== undefined && ownerId !== user.id, queryFn: ({ signal }) => http.people.get(ownerId, { signal }),
  });
  if (ownerId === user?.id) return <p className="invitation-host">{t('event.yours')}</p>;
  if (data === undefined) return <p className="invitation-host">{t('event.invited')}</p>;
  return (
    <p className="invitation-host">
      <Avatar id={data.id} name={data.displayName} picture={data.profilePicture} size={28} />
      <Link to="/people/$userId" params={{ userId: String(ownerId) }}>{t('event.host', { name: data.displayName })}</Link>
    </p>
  );
}

function StateBand({ standing }: { readonly standing: Exclude<Standing, 'upcoming'> }) {
  const { t } = useText();
  return <p className={`state-band ${standing}`} role="status">{t(`band.${standing}`)}</p>;
}

/** A file, because what is not public is given to nobody without a token. */
function CalendarButton({ event: { id } }: { readonly event: Event }) {
  const { t } = useText();
  const http = useHttp();
  const toasts = useToasts();
  return (
    <Button icon="calendar" onClick={() => void http.events.ics(id).then((text) => saveFile(text, `event-${id}.ics`, 'text/calendar'), toasts.fail)}>
      {t('event.toCalendar')}
    </Button>
  );
}
