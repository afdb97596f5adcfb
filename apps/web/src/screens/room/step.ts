import type { LiveParticipant } from '@watchparty/protocol';
import type { Speaker } from '../../i18n/speaker.ts';

export type Step = 'in-step' | 'catching-up' | 'away' | 'free';
/** More than this nobody calls together any more. */
const TOGETHER_MS = 250;

type Getting = Pick<LiveParticipant, 'online' | 'free' | 'buffering' | 'driftMs' | 'rttMs'>;

export function stepOf({ online, free, buffering, driftMs }: Getting): Step {
  if (!online) return 'away';
  if (free) return 'free';
  return buffering || Math.abs(driftMs ?? 0) > TOGETHER_MS ? 'catching-up' : 'in-step';
}

/** How somebody gets along, in words; figures of who is away are old. */
export const stepText = (person: Getting, { t, number }: Pick<Speaker, 't' | 'number'>): string => [
  t(`step.${stepOf(person)}`),
  person.online && person.driftMs !== null ? t('step.drift', { ms: number(Math.round(person.driftMs)) }) : undefined,
  person.online && person.rttMs !== null ? t('step.delay', { ms: number(Math.round(person.rttMs / 2)) }) : undefined,
].filter((text) => text !== undefined).join(' · ');
