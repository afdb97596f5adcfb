import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { User } from '@watchparty/protocol';
import { usePending } from '../../friends/actions.ts';
import { ConfirmBlock } from '../../friends/friend-menu.tsx';
import { standingOf } from '../../friends/keys.ts';
import { relationAfter, relationIn } from '../../friends/relation.ts';
import { StandingButtons } from '../../friends/standing-buttons.tsx';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Menu, MenuItem } from '../../ui/menu.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';

/** How one stands with somebody, and what is to be done about it. */
export function Standing({ person }: { readonly person: User }) {
  const { t, day } = useI18n();
  const http = useHttp();
  const [blocking, setBlocking] = useState(false);
  const pending = usePending();
  const { data, error, refetch } = useQuery({ queryKey: standingOf(person.id), queryFn: ({ signal }) => http.friends.standing(person.id, { signal }) });
  if (data === undefined) {
    return error === null ? <div aria-busy="true"><Skeleton width="160px" height="40px" /></div> : <Problem error={error} onRetry={() => void refetch()} />;
  }
  const relation = relationAfter(relationIn(data), person.id, pending);
  return (
    <>
      {relation.kind === 'friend' && (
        <p className="small">
          <span className={data.online ? 'is-online' : 'faint'}>{t(data.online ? 'friends.online' : 'friends.offline')}</span>
          {data.since !== null && <span className="faint"> · {t('person.friendsSince', { date: day(data.since) })}</span>}
        </p>
      )}
      {relation.kind === 'incoming' && <p className="small">{t('notice.friendRequest', { name: person.displayName })}</p>}
      <div className="row person-actions">
        <StandingButtons person={person} relation={relationIn(data)} loud />
        {relation.kind !== 'friend' && relation.kind !== 'blocked' && (
          <Menu trigger={<IconButton icon="more" label={t('people.menu', { name: person.displayName })} />}>
            <MenuItem icon="block" danger onSelect={() => setBlocking(true)}>{t('friends.block')}</MenuItem>
          </Menu>
        )}
      </div>
      <ConfirmBlock person={person} open={blocking} onClose={() => setBlocking(false)} />
    </>
  );
}
