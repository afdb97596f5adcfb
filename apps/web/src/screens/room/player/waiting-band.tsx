import { useEffect, useState } from 'react';
import type { Clock } from '@watchparty/client';
import type { PlaybackWaiting } from '@watchparty/protocol';
import { useI18n } from '../../../i18n/i18n.tsx';
import { Button } from '../../../ui/button.tsx';

const AROUND = 2 * Math.PI * 10;
const STEP_MS = 200;

/** For whom the room waits, and a ring that runs down to the moment it goes on. */
export function WaitingBand({ waiting, clock, onGoOn }: {
  readonly waiting: PlaybackWaiting; readonly clock: Clock; readonly onGoOn: (() => void) | undefined;
}) {
  const { t } = useI18n();
  const [nowMs, setNowMs] = useState(() => clock.serverNow() ?? waiting.sinceMs);
  useEffect(() => {
    const timer = setInterval(() => setNowMs(clock.serverNow() ?? waiting.sinceMs), STEP_MS);
    return () => clearInterval(timer);
  }, [clock, waiting]);
  const left = Math.min(1, Math.max(0, (waiting.untilMs - nowMs) / Math.max(1, waiting.untilMs - waiting.sinceMs)));
  if (left === 0) return null;
  return (
    <div className="waiting" role="status">
      <svg width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
        <circle cx="12" cy="12" r="10" className="ring-track" />
        <circle cx="12" cy="12" r="10" className="ring" strokeDasharray={AROUND} strokeDashoffset={AROUND * (1 - left)} transform="rotate(-90 12 12)" />
      </svg>
      <span>{t(`waiting.${waiting.reason}`, { names: waiting.usernames.slice(0, 3).join(', ') })}</span>
      {onGoOn !== undefined && <Button onClick={onGoOn}>{t('waiting.goOn')}</Button>}
    </div>
  );
}
