import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ApiError } from '@watchparty/client';
import { useChanged } from '../../api/use-changed.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { PasswordField } from '../../ui/field.tsx';
import { FormProblem, Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useForm } from '../../ui/use-form.ts';

/** Where one is signed in. */
export function Devices() {
  const { t, when, exactly } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const changed = useChanged();
  /** What waits until it is proven who asks. */
  const [waiting, setWaiting] = useState<() => void>();
  const { data, error, refetch } = useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => http.sessions.list({ limit: 100 }, { signal }) });

  const ending = useMutation({
    mutationFn: (sessionId: string | undefined) => (sessionId === undefined ? http.sessions.endOthers() : http.sessions.end(sessionId)),
    onSuccess(_ended, sessionId) {
      changed(['sessions']);
      toasts.say(t(sessionId === undefined ? 'devices.othersEnded' : 'devices.ended'));
    },
    onError(problem, sessionId) {
      if (problem instanceof ApiError && problem.code === 'auth.reauthentication_required') setWaiting(() => () => ending.mutate(sessionId));
      else toasts.fail(problem);
    },
  });

  return (
    <section className="panel">
      <div className="section-head">
        <h2>{t('devices.title')}</h2>
        {(data?.total ?? 0) > 1 && <Button busy={ending.isPending} onClick={() => ending.mutate(undefined)}>{t('devices.endOthers')}</Button>}
      </div>
      {error !== null && data === undefined && <Problem error={error} title={t('devices.cannotLoad')} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton height="64px" />}
      <ul className="devices">
        {data?.items.map(({ id, device, browser, os, ip, lastSeenAt, current }) => (
          <li key={id} className="device">
            <p>
              {t('devices.name', { browser, os })} {current && <span className="badge">{t('devices.this')}</span>}
              <br />
              <span className="small faint">{t(`devices.kind.${device}`)} · {ip} · <time dateTime={lastSeenAt} title={exactly(lastSeenAt)}>{when(lastSeenAt)}</time></span>
            </p>
            {!current && <Button look="quiet" onClick={() => ending.mutate(id)}>{t('devices.end')}</Button>}
          </li>
        ))}
      </ul>
      {waiting !== undefined && <Prove onClose={() => setWaiting(undefined)} onProven={() => { setWaiting(undefined); waiting(); }} />}
    </section>
  );
}

/** Asks for the password again, or for a code where the account has one. */
function Prove({ onClose, onProven }: { readonly onClose: () => void; readonly onProven: () => void }) {
  const { t } = useI18n();
  const http = useHttp();
  const [needsCode, setNeedsCode] = useState(false);
  const form = useForm({
    initial: { password: '' },
    check: ({ password }) => (password === '' ? { password: t('field.needed') } : {}),
    async submit({ password }) {
      try {
        await http.accounts.reauthenticate(needsCode ? { code: password } : { password });
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 'auth.code_required')) throw error;
        setNeedsCode(true);
        return;
      }
      onProven();
    },
  });
  return (
    <Dialog open onClose={onClose} title={t('prove.title')}>
      <form className="form" onSubmit={form.onSubmit} noValidate>
        <p className="faint">{t(needsCode ? 'login.codeLead' : 'prove.text')}</p>
        <PasswordField key={String(needsCode)} label={t(needsCode ? 'login.code' : 'login.password')} autoComplete={needsCode ? 'one-time-code' : 'current-password'} {...form.text('password')} />
        <FormProblem error={form.problem} />
        <div className="dialog-actions">
          <Button look="quiet" onClick={onClose}>{t('common.cancel')}</Button>
          <Button look="primary" type="submit" busy={form.busy}>{t('prove.submit')}</Button>
        </div>
      </form>
    </Dialog>
  );
}
