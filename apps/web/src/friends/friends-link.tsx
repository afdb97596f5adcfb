import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useI18n } from '../i18n/i18n.tsx';
import { useHttp } from '../session/context.tsx';
import { Icon } from '../ui/icons.tsx';
import { INCOMING } from './keys.ts';

const MOST = 99;

/** The way to one's friends, with how many wait for an answer. */
export function FriendsLink() {
  const { t } = useI18n();
  const http = useHttp();
  const { data } = useQuery({
    queryKey: [...INCOMING, 'count'], queryFn: ({ signal }) => http.friends.requests({ direction: 'incoming', limit: MOST + 1 }, { signal }),
  });
  const count = data?.items.length ?? 0;
  return (
    <Link to="/friends" className="nav-link">
      <Icon name="people" size={18} />
      <span>{t('nav.friends')}</span>
      {count > 0 && (
        <>
          <span className="count" aria-hidden="true">{count > MOST ? `${MOST}+` : count}</span>
          <span className="visually-hidden">{t('nav.friendsAsked', { count })}</span>
        </>
      )}
    </Link>
  );
}
