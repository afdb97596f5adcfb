import type { LiveParticipant } from '@watchparty/protocol';
import { useI18n } from '../../i18n/i18n.tsx';
import { Avatar } from '../../ui/avatar.tsx';

export type Step = 'in-step' | 'catching-up' | 'away' | 'free';
/** More than this nobody calls together any more. */
const TOGETHER_MS = 250;

export function stepOf({ online, free, buffering, driftMs }: LiveParticipant): Step {
  if (!online) return 'away';
  if (free) return 'free';
  return buffering || Math.abs(driftMs ?? 0) > TOGETHER_MS ? 'catching-up' : 'in-step';
}

/** How somebody gets along, in words. */
export function useStepText(): (person: LiveParticipant) => string {
  const { t, number } = useI18n();
  return (person) => [
    t(`step.${stepOf(person)}`),
    person.online && person.driftMs !== null ? t('step.drift', { ms: number(Math.round(person.driftMs)) }) : undefined,
    person.online && person.rttMs !== null ? t('step.delay', { ms: number(Math.round(person.rttMs / 2)) }) : undefined,
  ].filter((text) => text !== undefined).join(' · ');
}

/** A face with a thin ring: teal in step, amber catching up, grey away. */
export function Face({ person, size = 32 }: { readonly person: LiveParticipant; readonly size?: number }) {
  const text = useStepText();
  return (
    <span className={`face ${stepOf(person)}`} title={`${person.username}: ${text(person)}`}>
      <Avatar id={person.userId} name={person.username} size={size} />
    </span>
  );
}
