import type { LiveParticipant } from '@watchparty/protocol';
import { useI18n } from '../../i18n/i18n.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { stepOf, stepText } from './step.ts';

export function useStepText(): (person: LiveParticipant) => string {
  const i18n = useI18n();
  return (person) => stepText(person, i18n);
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
