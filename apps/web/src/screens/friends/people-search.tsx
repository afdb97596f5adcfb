import { useRouter } from '@tanstack/react-router';
import { useEffect, useId, useRef, useState } from 'react';
import { PeopleList } from '../../friends/people-list.tsx';
import { PersonRow } from '../../friends/person-row.tsx';
import { relationIn } from '../../friends/relation.ts';
import { StandingButtons } from '../../friends/standing-buttons.tsx';
import { LONGEST, SHORTEST, useRested, useSearch } from '../../friends/use-search.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import '../../ui/field.css';
import { Icon } from '../../ui/icons.tsx';
import { Empty } from '../../ui/states.tsx';

/** Finds people as one types. `first`: what the address asks for. `onSearching`: whether there is something to look for. */
export function PeopleSearch({ first, onSearching }: { readonly first: string; readonly onSearching: (searching: boolean) => void }) {
  const { t } = useI18n();
  const id = useId();
  const router = useRouter();
  const [text, setText] = useState(first);
  const rested = useRested(text).trim();

  // The way back from somebody's page leads to what was found. Whoever is on the way to another page already goes on.
  const shown = useRef(first);
  useEffect(() => {
    if (rested === shown.current || router.latestLocation.pathname !== '/friends') return;
    shown.current = rested;
    void router.navigate({ to: '/friends', search: rested === '' ? {} : { q: rested }, replace: true, resetScroll: false });
  }, [rested, router]);

  return (
    <search>
      <div className="field">
        <label htmlFor={id}>{t('friends.search')}</label>
        <span className="search-box">
          <Icon name="search" size={18} />
          <input
            id={id} className="control" type="search" autoComplete="off" spellCheck={false} maxLength={LONGEST} value={text}
            placeholder={t('friends.searchPlaceholder')} aria-describedby={`${id}-hint`}
            onChange={({ target }) => {
              setText(target.value);
              onSearching(target.value.trim() !== '');
            }}
          />
        </span>
        <p className="hint" id={`${id}-hint`}>{t('friends.searchHint')}</p>
      </div>
      {text.trim() !== '' && <Results text={rested} />}
    </search>
  );
}

function Results({ text }: { readonly text: string }) {
  const { t } = useI18n();
  const found = useSearch(text);
  if (text.length < SHORTEST) return <p className="faint small search-note">{t('friends.searchShort')}</p>;
  return (
    <section className={`panel search-results ${found.isBefore ? 'before' : ''}`} aria-label={t('friends.found')}>
      <span className="visually-hidden" role="status">{found.items !== undefined && !found.isBefore && t('friends.foundCount', { count: found.total })}</span>
      <PeopleList pages={found} title={t('friends.cannotSearch')} empty={<Empty icon="search" text={t('friends.nobodyFound', { text })} />}>
        {(person) => (
          <PersonRow key={person.id} person={person}>
            <StandingButtons person={person} relation={relationIn(person)} />
          </PersonRow>
        )}
      </PeopleList>
    </section>
  );
}
