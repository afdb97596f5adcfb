import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import type { AuditAction, AuditEvent } from '@watchparty/protocol';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/field.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Empty, Skeleton } from '../../ui/states.tsx';
import { useText } from './i18n/use-text.ts';
import { Section } from './section.tsx';

const LIMIT = 50;
/** In the order of a life. */
const ACTIONS = [
  'account.registered', 'account.disabled', 'account.enabled', 'account.role_changed', 'account.email_changed',
  'sign_in.succeeded', 'sign_in.failed', 'proof.given', 'proof.failed', 'password.changed', 'password.reset',
  'second_factor.enabled', 'second_factor.disabled', 'second_factor.recovery_code_used', 'second_factor.recovery_codes_made',
  'session.signed_out', 'session.revoked', 'session.refresh_reused', 'guest.admitted',
] as const satisfies readonly AuditAction[];

export function Audit() {
  const { t } = useText();
  const http = useHttp();
  const navigate = useNavigate();
  const { user } = useSearch({ from: '/admin/audit' });
  const [action, setAction] = useState<AuditAction>();
  const { data: person } = useQuery({
    queryKey: ['admin', 'user', user], enabled: user !== undefined, queryFn: ({ signal }) => http.administration.getUser(user!, { signal }),
  });
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useInfiniteQuery({
    queryKey: ['admin', 'audit', action, user], initialPageParam: undefined as number | undefined,
    queryFn: ({ pageParam, signal }) => http.administration.audit(
      { limit: LIMIT, ...(pageParam !== undefined && { cursor: pageParam }), ...(action && { action }), ...(user !== undefined && { userId: user }) }, { signal },
    ),
    getNextPageParam: ({ nextCursor }) => (nextCursor === null ? undefined : Number(nextCursor)),
  });
  const events = data?.pages.flatMap(({ items }) => items);
  return (
    <Section title={t('admin.section.audit')}>
      <div className="filters">
        <Select label={t('audit.action')} value={action ?? ''} onChange={({ target }) => setAction(ACTIONS.find((name) => name === target.value))}>
          <option value="">{t('audit.anyAction')}</option>
          {ACTIONS.map((name) => <option key={name} value={name}>{t(`audit.${name}`)}</option>)}
        </Select>
        {user !== undefined && (
          <p className="filter-of">
            {t('audit.ofUser', { name: person?.username ?? `#${user}` })}{' '}
            <Button look="quiet" onClick={() => void navigate({ to: '/admin/audit', search: {} })}>{t('audit.ofAll')}</Button>
          </p>
        )}
      </div>
      {error !== null && events === undefined && <Problem error={error} title={t('audit.cannotLoad')} onRetry={() => void refetch()} />}
      {events === undefined && error === null && <div aria-busy="true" className="stack"><Skeleton height="64px" /><Skeleton height="64px" /></div>}
      {events !== undefined && events.length === 0 && <Empty icon="list" text={t('audit.none')} />}
      {events !== undefined && events.length > 0 && <ul className="panel entries">{events.map((event) => <Event key={event.id} event={event} />)}</ul>}
      {hasNextPage && <div className="more"><Button busy={isFetchingNextPage} onClick={() => void fetchNextPage()}>{t('audit.more')}</Button></div>}
    </Section>
  );
}

/** Somebody may have stolen it: worth a word with its owner. */
const GRAVE: ReadonlySet<AuditAction> = new Set(['session.refresh_reused']);

function Event({ event: { at, action, user, actor, ip, userAgent, details } }: { readonly event: AuditEvent }) {
  const { t, when, exactly } = useText();
  const nameOf = ({ id, username }: { readonly id: number; readonly username: string | null }): string => username ?? t('audit.gone', { id });
  const facts = Object.entries(details).map(([name, value]) => `${name}: ${value}`);
  const by = actor === null ? t('audit.nobody') : actor.id === user?.id ? undefined : nameOf(actor);
  return (
    <li className="entry">
      <div>
        <p>
          <strong className={GRAVE.has(action) ? 'grave' : ''}>{t(`audit.${action}`)}</strong>
          {user !== null && <> · {nameOf(user)}</>}
          {by !== undefined && <span className="faint"> · {t('audit.by', { name: by })}</span>}
        </p>
        <p className="small faint audit-facts">{[...facts, ip, userAgent].filter(Boolean).join(' · ')}</p>
      </div>
      <time className="small faint" dateTime={at} title={exactly(at)}>{when(at)}</time>
    </li>
  );
}
