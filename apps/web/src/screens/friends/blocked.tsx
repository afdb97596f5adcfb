import { useState } from 'react';
import { PeopleList } from '../../friends/people-list.tsx';
import { PersonRow } from '../../friends/person-row.tsx';
import { StandingButtons } from '../../friends/standing-buttons.tsx';
import { useBlocked } from '../../friends/use-friends.ts';
import { useI18n } from '../../i18n/i18n.tsx';

/** Folded away: one does not want to see them. */
export function Blocked() {
  const { t } = useI18n();
  const [open, setOpen] = useState(false);
  const pages = useBlocked(open);
  return (
    <details className="blocked" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t('friends.blockedPeople')}</summary>
      {open && (
        <div className="panel">
          <p className="small faint">{t('friends.blockText')}</p>
          <PeopleList pages={pages} title={t('friends.cannotLoadBlocked')} empty={<p className="faint">{t('friends.noneBlocked')}</p>}>
            {(person) => <PersonRow key={person.id} person={person}><StandingButtons person={person} relation={{ kind: 'blocked' }} /></PersonRow>}
          </PeopleList>
        </div>
      )}
    </details>
  );
}
