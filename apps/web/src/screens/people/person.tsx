import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ApiError } from '@watchparty/client';
import type { OwnProfile, User } from '@watchparty/protocol';
import { useFriendAction, usePending } from '../../friends/actions.ts';
import { profileOf } from '../../friends/keys.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { NotFound } from '../../shell/not-found.tsx';
import { RequireUser } from '../../shell/require-user.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { Avatar } from '../../ui/avatar.tsx';
import { Button, LinkButton } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { EventsOf } from './events-of.tsx';
import { Figures } from './figures.tsx';
import { Mutual } from './mutual.tsx';
import { Standing } from './standing.tsx';
import './person.css';

export function PersonPage() {
  const { userId: text } = useParams({ from: '/people/$userId' });
  if (!/^[1-9]\d{0,8}$/.test(text)) return <NotFound />;
  return <RequireUser>{(me) => <Page key={text} userId={Number(text)} me={me} />}</RequireUser>;
}

const codeOf = (error: unknown): string | undefined => (error instanceof ApiError ? error.code : undefined);

function Page({ userId, me }: { readonly userId: number; readonly me: OwnProfile }) {
  const { t } = useI18n();
  const http = useHttp();
  const { data, error, refetch } = useQuery({
    queryKey: profileOf(userId), enabled: userId !== me.id, queryFn: ({ signal }) => http.people.get(userId, { signal }),
  });
  const code = codeOf(error);
  // Whoever has blocked one meanwhile is there no more, whatever was fetched before.
  const person = userId === me.id ? me : code === 'accounts.not_found' || code === 'friends.blocking' ? undefined : data;
  usePageTitle(person?.displayName ?? t('person.title'));

  if (person !== undefined) return <Known person={person} isSelf={userId === me.id} />;
  if (code === 'friends.blocking') return <OwnBlock userId={userId} name={data?.displayName} />;
  return (
    <div className="page middle stack">
      {code === 'accounts.not_found' && (
        <>
          <h1>{t('person.missing')}</h1>
          <p className="faint">{t('person.missingText')}</p>
          <div className="row"><LinkButton to="/friends" look="primary">{t('nav.friends')}</LinkButton></div>
        </>
      )}
      {error !== null && code !== 'accounts.not_found' && <Problem error={error} title={t('person.cannotLoad')} onRetry={() => void refetch()} />}
      {error === null && <div className="stack" aria-busy="true"><Skeleton width="128px" height="128px" /><Skeleton width="240px" height="36px" /><Skeleton height="64px" /></div>}
    </div>
  );
}

function Known({ person, isSelf }: { readonly person: User; readonly isSelf: boolean }) {
  const { t, day, exactly } = useI18n();
  const { id, username, displayName, bio, profilePicture, createdAt, role } = person;
  return (
    <div className="page middle">
      <header className="person-head">
        <Avatar id={id} name={displayName} picture={profilePicture} size={128} />
        <div className="person-about">
          <h1>{displayName}</h1>
          <p className="faint">
            @{username}{role === 'admin' && <> · {t('person.admin')}</>} · <time dateTime={createdAt} title={exactly(createdAt)}>{t('person.since', { date: day(createdAt) })}</time>
          </p>
          {bio !== '' && <p className="person-bio">{bio}</p>}
          {isSelf ? <div className="row person-actions"><LinkButton to="/profile" icon="settings">{t('person.edit')}</LinkButton></div> : <Standing person={person} />}
        </div>
      </header>
      {isSelf ? <Figures userId={id} /> : <Mutual userId={id} />}
      <EventsOf userId={id} />
    </div>
  );
}

/** What one's own block leaves of somebody. */
function OwnBlock({ userId, name }: { readonly userId: number; readonly name: string | undefined }) {
  const { t } = useI18n();
  const act = useFriendAction();
  const busy = usePending().some(({ person }) => person.id === userId);
  const person = { id: userId, username: '', displayName: name ?? t('person.them'), profilePicture: null };
  return (
    <div className="page middle stack">
      <Icon name="block" size={32} className="faint" />
      <h1>{name === undefined ? t('person.blocked') : t('person.blockedName', { name })}</h1>
      <p className="faint">{t('friends.blockText')}</p>
      <div className="row"><Button look="primary" busy={busy} onClick={() => act({ kind: 'unblock', person })}>{t('friends.unblock')}</Button></div>
    </div>
  );
}
