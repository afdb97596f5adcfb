import type { Person } from '@watchparty/protocol';
import { useI18n } from '../i18n/i18n.tsx';
import { Button } from '../ui/button.tsx';
import { useFriendAction, usePending } from './actions.ts';
import { FriendMenu } from './friend-menu.tsx';
import { type Relation, relationAfter } from './relation.ts';

/** What one can do next about somebody, as one stands with them. `loud`: it is what this page is for. */
export function StandingButtons({ person, relation: fetched, loud = false }: {
  readonly person: Person; readonly relation: Relation; readonly loud?: boolean;
}) {
  const { t } = useI18n();
  const act = useFriendAction();
  const relation = relationAfter(fetched, person.id, usePending());
  const look = loud ? 'primary' : 'plain';
  const name = person.displayName;

  switch (relation.kind) {
    case 'none': return <Button look={look} icon="plus" aria-label={t('friends.addName', { name })} onClick={() => act({ kind: 'ask', person })}>{t('friends.add')}</Button>;
    case 'incoming': {
      const { requestId } = relation;
      if (requestId === undefined) return null;
      return (
        <>
          <Button look="primary" aria-label={t('friends.acceptName', { name })} onClick={() => act({ kind: 'accept', person, requestId })}>{t('notices.accept')}</Button>
          <Button aria-label={t('friends.rejectName', { name })} onClick={() => act({ kind: 'reject', person, requestId })}>{t('notices.reject')}</Button>
        </>
      );
    }
    case 'outgoing': {
      const { requestId } = relation;
      return (
        <>
          <span className="waiting small faint">{t('friends.waiting')}</span>
          <Button
            look="quiet" disabled={requestId === undefined} aria-label={t('friends.cancelName', { name })}
            onClick={() => requestId !== undefined && act({ kind: 'cancel', person, requestId })}
          >
            {t('friends.cancel')}
          </Button>
        </>
      );
    }
    case 'friend': return <FriendMenu person={person} withInvite={loud} />;
    case 'blocked': return <Button aria-label={t('friends.unblockName', { name })} onClick={() => act({ kind: 'unblock', person })}>{t('friends.unblock')}</Button>;
  }
}
