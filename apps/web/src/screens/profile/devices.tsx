import { useMutation, useQuery } from '@tanstack/react-query';
import { useChanged } from '../../api/use-changed.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { useProof } from './proof.tsx';

/** Where one is signed in. */
export function Devices() {
  const { t, when, exactly } = useI18n();
  const http = useHttp();
  const toasts = useToasts();
  const changed = useChanged();
  const proof = useProof();
  const { data, error, refetch } = useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => http.sessions.list({ limit: 100 }, { signal }) });

  const ending = useMutation({
    mutationFn: (sessionId: string | undefined) => (sessionId === undefined ? http.sessions.endOthers() : http.sessions.end(sessionId)),
    onSuccess(_ended, sessionId) {
      changed(['sessions']);
      toasts.say(t(sessionId === undefined ? 'devices.othersEnded' : 'devices.ended'));
    },
    onError(problem, sessionId) {
      if (!proof.asks(problem, () => ending.mutate(sessionId))) toasts.fail(problem);
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
      {proof.dialog}
    </section>
  );
}
