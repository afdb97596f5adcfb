import { Link } from '@tanstack/react-router';
import { mutualWith } from '../../friends/keys.ts';
import { FriendFace } from '../../friends/person-row.tsx';
import { usePages } from '../../friends/use-pages.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';

const PAGE = 12;

/** Friends that both have; nothing where there are none. */
export function Mutual({ userId }: { readonly userId: number }) {
  const { t } = useI18n();
  const http = useHttp();
  const { items, error, retry, more, busy } = usePages(mutualWith(userId), (cursor, signal) =>
    http.friends.mutual(userId, { limit: PAGE, ...(cursor !== undefined && { cursor }) }, { signal }));
  if (items === undefined ? error === null : items.length === 0) return null;
  return (
    <section className="section" aria-labelledby="mutual">
      <div className="section-head"><h2 id="mutual">{t('person.mutual')}</h2></div>
      {items === undefined ? <Problem error={error} onRetry={retry} /> : (
        <ul className="mutual">
          {items.map((person) => (
            <li key={person.id}>
              <Link to="/people/$userId" params={{ userId: String(person.id) }}><FriendFace person={person} size={48} /><span>{person.displayName}</span></Link>
            </li>
          ))}
        </ul>
      )}
      {more !== undefined && <Button className="friends-more" busy={busy} onClick={more}>{t('friends.more')}</Button>}
    </section>
  );
}
