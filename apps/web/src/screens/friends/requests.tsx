import type { FriendRequest } from '@watchparty/protocol';
import { PeopleList } from '../../friends/people-list.tsx';
import { PersonRow } from '../../friends/person-row.tsx';
import { StandingButtons } from '../../friends/standing-buttons.tsx';
import { useIncoming, useOutgoing } from '../../friends/use-friends.ts';
import type { Pages } from '../../friends/use-pages.ts';
import { useI18n } from '../../i18n/i18n.tsx';

/** Who asks, and whom one has asked; nothing where there are none. */
export function Requests() {
  const { t } = useI18n();
  return (
    <>
      <List pages={useIncoming()} kind="incoming" title={t('friends.incoming')} />
      <List pages={useOutgoing()} kind="outgoing" title={t('friends.outgoing')} />
    </>
  );
}

function List({ pages, kind, title }: { readonly pages: Pages<FriendRequest>; readonly kind: 'incoming' | 'outgoing'; readonly title: string }) {
  const { t, when, exactly } = useI18n();
  const { items, error } = pages;
  if (items === undefined ? error === null : items.length === 0) return null;
  return (
    <section className="section" aria-labelledby={`requests-${kind}`}>
      <div className="section-head"><h2 id={`requests-${kind}`}>{title}</h2></div>
      <div className="panel">
        <PeopleList pages={pages} title={t('friends.cannotLoadRequests')}>
          {({ id, from, to, createdAt }) => {
            const person = kind === 'incoming' ? from : to;
            return (
              <PersonRow key={id} person={person} note={<time dateTime={createdAt} title={exactly(createdAt)}>{when(createdAt)}</time>}>
                <StandingButtons person={person} relation={{ kind, requestId: id }} />
              </PersonRow>
            );
          }}
        </PeopleList>
      </div>
    </section>
  );
}
