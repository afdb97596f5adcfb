import { useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { useI18n } from '../../i18n/i18n.tsx';
import { RequireUser } from '../../shell/require-user.tsx';
import { usePageTitle } from '../../shell/use-page-title.ts';
import { Blocked } from './blocked.tsx';
import { FriendList } from './friend-list.tsx';
import { PeopleSearch } from './people-search.tsx';
import { Requests } from './requests.tsx';
import './friends-page.css';

export function Friends() {
  const { t } = useI18n();
  usePageTitle(t('friends.title'));
  return <RequireUser>{() => <Page />}</RequireUser>;
}

function Page() {
  const { t } = useI18n();
  const { q = '' } = useSearch({ from: '/friends' });
  const [searching, setSearching] = useState(q !== '');
  return (
    <div className="page middle">
      <div className="page-head"><h1>{t('friends.title')}</h1></div>
      <PeopleSearch first={q} onSearching={setSearching} />
      {!searching && (
        <>
          <Requests />
          <FriendList />
          <Blocked />
        </>
      )}
    </div>
  );
}
