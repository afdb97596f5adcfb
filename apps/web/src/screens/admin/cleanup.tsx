import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { CleanupJob } from '@watchparty/protocol';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Select, TextField } from '../../ui/field.tsx';
import { FormProblem } from '../../ui/problem.tsx';
import { useForm } from '../../ui/use-form.ts';
import { useToasts } from '../../ui/toasts.tsx';
import { useText } from './i18n/use-text.ts';

/** As the schedules have it, and what each counts its age in. */
const CLEANUPS = {
  cleanupInactiveRooms: { age: 'daysInactive', usual: '30' },
  cleanupOldChatMessages: { age: 'daysOld', usual: '90' },
  cleanupInactiveParticipants: { age: 'hoursInactive', usual: '24' },
  cleanupExpiredSessions: undefined,
} as const satisfies Record<CleanupJob, { readonly age: string; readonly usual: string } | undefined>;
const NAMES = Object.keys(CLEANUPS) as CleanupJob[];

export function Cleanup() {
  const { t } = useText();
  const http = useHttp();
  const toasts = useToasts();
  const queries = useQueryClient();
  const [job, setJob] = useState<CleanupJob>('cleanupInactiveRooms');
  const kind = CLEANUPS[job];
  const form = useForm({
    initial: { age: '30' },
    check: ({ age }) => (kind === undefined || /^[1-9]\d{0,4}$/.test(age.trim()) ? {} : { age: t('jobs.ageWrong') }),
    async submit({ age }) {
      await http.queues.cleanup({ job, ...(kind && { [kind.age]: Number(age) }) });
      toasts.say(t('jobs.started'));
      await queries.invalidateQueries({ queryKey: ['admin', 'queues'] });
    },
  });
  return (
    <form className="panel" onSubmit={form.onSubmit} noValidate>
      <h2>{t('jobs.cleanupTitle')}</h2>
      <p className="small faint">{t('jobs.cleanupLead')}</p>
      <div className="cleanup">
        <Select
          label={t('jobs.cleanup')} value={job}
          onChange={({ target }) => {
            const next = NAMES.find((name) => name === target.value) ?? job;
            setJob(next);
            form.reset({ age: CLEANUPS[next]?.usual ?? '' });
          }}
        >
          {NAMES.map((name) => <option key={name} value={name}>{t(`jobs.cleanup.${name}`)}</option>)}
        </Select>
        {kind !== undefined && <TextField label={t(`jobs.${kind.age}`)} inputMode="numeric" {...form.text('age')} />}
        <Button type="submit" busy={form.busy}>{t('jobs.start')}</Button>
      </div>
      {job === 'cleanupOldChatMessages' && <p className="small faint">{t('jobs.confirmMessages')}</p>}
      <FormProblem error={form.problem} />
    </form>
  );
}
