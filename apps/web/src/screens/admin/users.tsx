import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useDeferredValue, useState } from 'react';
import type { AdminUser } from '@watchparty/protocol';
import { useHttp, useUser } from '../../session/context.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Select, TextField } from '../../ui/field.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Empty, Skeleton } from '../../ui/states.tsx';
import { useText } from './i18n/use-text.ts';
import { Section } from './section.tsx';
import { UserMenu } from './user-menu.tsx';

const LIMIT = 20;
type Role = AdminUser['role'];
type State = 'enabled' | 'disabled';

export function Users() {
  const { t } = useText();
  const http = useHttp();
  const [text, setText] = useState('');
  const [role, setRole] = useState<Role>();
  const [state, setState] = useState<State>();
  const [page, setPage] = useState(1);
  const q = useDeferredValue(text.trim());
  const { data, error, refetch } = useQuery({
    queryKey: ['admin', 'users', q, role, state, page], placeholderData: keepPreviousData,
    queryFn: ({ signal }) => http.administration.users(
      { page, limit: LIMIT, ...(q !== '' && { q }), ...(role && { role }), ...(state && { disabled: state === 'disabled' }) }, { signal },
    ),
  });
  return (
    <Section title={t('admin.section.users')}>
      <div className="filters">
        <TextField type="search" label={t('users.search')} value={text} maxLength={100} onChange={({ target }) => { setText(target.value); setPage(1); }} />
        <Select label={t('users.role')} value={role ?? ''} onChange={({ target }) => { setRole(target.value === '' ? undefined : (target.value as Role)); setPage(1); }}>
          <option value="">{t('users.anyRole')}</option>
          {(['admin', 'user'] as const).map((one) => <option key={one} value={one}>{t(`users.role.${one}`)}</option>)}
        </Select>
        <Select label={t('users.state')} value={state ?? ''} onChange={({ target }) => { setState(target.value === '' ? undefined : (target.value as State)); setPage(1); }}>
          <option value="">{t('users.anyState')}</option>
          {(['enabled', 'disabled'] as const).map((one) => <option key={one} value={one}>{t(`users.${one}`)}</option>)}
        </Select>
      </div>
      {error !== null && data === undefined && <Problem error={error} title={t('users.cannotLoad')} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <div aria-busy="true" className="stack"><Skeleton height="72px" /><Skeleton height="72px" /></div>}
      {data !== undefined && (
        <>
          <p className="small faint" role="status">{t('users.found', { count: data.total })}</p>
          {data.total === 0
            ? <Empty icon="people" text={t('users.none')} />
            : <ul className="panel entries">{data.items.map((user) => <Row key={user.id} user={user} />)}</ul>}
          <Pager page={page} limit={LIMIT} total={data.total} onPage={setPage} />
        </>
      )}
    </Section>
  );
}

function Row({ user }: { readonly user: AdminUser }) {
  const { t, when, exactly } = useText();
  const self = useUser();
  const { id, username, displayName, email, role, disabledAt, hasSecondFactor, createdAt, profilePicture } = user;
  return (
    <li className="entry user-entry">
      <Avatar id={id} name={displayName} picture={profilePicture} size={40} />
      <div>
        <p>
          <strong>{displayName}</strong> <span className="faint">@{username}</span>{' '}
          {id === self?.id && <span className="badge quiet">{t('users.you')}</span>}{' '}
          {role === 'admin' && <span className="badge">{t('users.role.admin')}</span>}{' '}
          {disabledAt !== null && <span className="badge loss" title={exactly(disabledAt)}>{t('users.disabled')}</span>}
        </p>
        <p className="small faint">
          {email} · <span title={exactly(createdAt)}>{t('users.since', { time: when(createdAt) })}</span>
          {hasSecondFactor && <> · {t('users.secondFactor')}</>}
        </p>
      </div>
      <UserMenu user={user} />
    </li>
  );
}
