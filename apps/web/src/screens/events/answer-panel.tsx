import { useState } from 'react';
import type { Event, RsvpAnswer } from '@watchparty/protocol';
import { useUser } from '../../session/context.tsx';
import { Button, LinkButton } from '../../ui/button.tsx';
import { Switch } from '../../ui/field.tsx';
import type { IconName } from '../../ui/icons.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useText } from './i18n/use-text.ts';
import { seatsLeft, type Standing } from './standing.ts';
import { useAnswer } from './use-answer.ts';

const CHOICES = [['going', 'check'], ['interested', 'star'], ['declined', 'close']] as const satisfies readonly (readonly [RsvpAnswer, IconName])[];

/** How full it is, and one's own answer. */
export function AnswerPanel({ event, standing }: { readonly event: Event; readonly standing: Standing }) {
  const { t } = useText();
  const user = useUser();
  const { goingCount, interestedCount, waitlistedCount, capacity } = event;
  const left = seatsLeft(event);
  const isOpen = standing === 'upcoming' || standing === 'on';
  if (standing === 'cancelled') return null;
  return (
    <section className="panel answer" aria-labelledby="event-answer">
      <h2 id="event-answer">{t(isOpen ? 'answer.title' : 'answer.over')}</h2>
      <p className="answer-counts tabular">
        <strong>{!isOpen ? t('seats.came', { count: goingCount }) : capacity === null ? t('card.going', { count: goingCount }) : t('seats.of', { count: goingCount, capacity })}</strong>
        {left !== undefined && standing === 'upcoming' && <span className={left > 0 ? '' : 'event-off'}>{left > 0 ? t('seats.left', { count: left }) : t('seats.none')}</span>}
        {isOpen && waitlistedCount > 0 && <span>{t('seats.waiting', { count: waitlistedCount })}</span>}
        {isOpen && interestedCount > 0 && <span>{t('seats.interested', { count: interestedCount })}</span>}
      </p>
      {isOpen && (user === undefined
        ? <LinkButton to="/login" search={{ next: `/events/${event.id}` }} look="primary">{t('answer.signIn')}</LinkButton>
        : <Answer event={event} />)}
    </section>
  );
}

function Answer({ event }: { readonly event: Event }) {
  const { t } = useText();
  const { rsvp, error, retry, busy, answer } = useAnswer(event);
  const [wantsMail, setWantsMail] = useState(false);
  if (rsvp === undefined) return error === null ? <Skeleton height="136px" /> : <Problem error={error} onRetry={retry} />;
  const { status, waitlistPosition } = rsvp;
  const goes = status === 'going' || status === 'waitlisted';
  const wouldWait = !goes && event.capacity !== null && (rsvp.goingCount >= event.capacity || rsvp.waitlistedCount > 0);
  return (
    <>
      <p className={`answer-state ${status ?? ''}`} role="status">
        {status === null ? t(wouldWait ? 'answer.full' : 'answer.none') : t(`answer.is.${status}`, { position: waitlistPosition ?? 0 })}
      </p>
      {wouldWait && <Switch label={t('answer.mail')} hint={t('answer.mailHint')} checked={wantsMail} onChange={setWantsMail} />}
      <div className="answers" role="group" aria-label={t('answer.title')}>
        {CHOICES.map(([choice, icon]) => {
          const chosen = choice === 'going' ? goes : status === choice;
          return (
            <Button
              key={choice} icon={icon} look={chosen || (status === null && choice === 'going') ? 'primary' : 'plain'} aria-pressed={chosen} disabled={busy && !chosen}
              onClick={() => { if (!busy && !chosen) answer({ status: choice, wantsMail: wouldWait && wantsMail }); }}
            >
              {t(choice === 'going' && (wouldWait || status === 'waitlisted') ? 'answer.wait' : `answer.${choice}`)}
            </Button>
          );
        })}
      </div>
      {status !== null && <Button look="quiet" busy={busy} onClick={() => answer({ status: undefined })}>{t('answer.takeBack')}</Button>}
    </>
  );
}
