import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import type { FailedJob, QueueName } from '@watchparty/protocol';
import { useHttp } from '../../session/context.tsx';
import { Button } from '../../ui/button.tsx';
import { Select } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Pager } from '../../ui/pager.tsx';
import { Problem } from '../../ui/problem.tsx';
import { Skeleton } from '../../ui/states.tsx';
import { useToasts } from '../../ui/toasts.tsx';
import { POLL_MS } from './figures/use-figures.tsx';
import { useNames } from './i18n/use-names.ts';
import { useText } from './i18n/use-text.ts';

const LIMIT = 10;

export function FailedJobs({ queues }: { readonly queues: readonly QueueName[] }) {
  const { t } = useText();
  const names = useNames();
  const http = useHttp();
  const [queue, setQueue] = useState<QueueName>();
  const [chosen, setPage] = useState(1);
  const { data, error, refetch } = useQuery({
    queryKey: ['admin', 'failed', queue, chosen, LIMIT], refetchInterval: POLL_MS, placeholderData: keepPreviousData,
    queryFn: ({ signal }) => http.queues.failed({ ...(queue && { queue }), page: chosen, limit: LIMIT }, { signal }),
  });
  // The last job of a page may be taken up while one looks.
  if (data !== undefined && data.items.length === 0 && chosen > 1) setPage(chosen - 1);
  const none = data !== undefined && data.total === 0;
  return (
    <div className="panel failed-jobs">
      <div className="admin-head">
        <div>
          <h2>{t('jobs.failedTitle')}</h2>
          <p className="small faint">{t('jobs.failedLead')}</p>
        </div>
        <Select label={t('jobs.ofQueue')} value={queue ?? ''} onChange={({ target }) => { setQueue(queues.find((name) => name === target.value)); setPage(1); }}>
          <option value="">{t('jobs.allQueues')}</option>
          {queues.map((name) => <option key={name} value={name}>{names.queue(name)}</option>)}
        </Select>
      </div>
      {error !== null && data === undefined && <Problem error={error} title={t('jobs.cannotLoad')} onRetry={() => void refetch()} />}
      {data === undefined && error === null && <Skeleton height="72px" />}
      {none && <p className="well"><Icon name="check" size={18} />{t('jobs.noneFailed')}</p>}
      <ul className="entries">{data?.items.map((job) => <Failed key={job.id} job={job} />)}</ul>
      {data !== undefined && <Pager page={chosen} limit={LIMIT} total={data.total} onPage={setPage} />}
    </div>
  );
}

function Failed({ job: { id, name, queueName, payload, error, failedAt } }: { readonly job: FailedJob }) {
  const { t, when, exactly } = useText();
  const names = useNames();
  const http = useHttp();
  const toasts = useToasts();
  const queries = useQueryClient();
  const retrying = useMutation({
    mutationFn: () => http.queues.retry(id),
    async onSuccess() {
      toasts.say(t('jobs.retried', { name }));
      await Promise.all([queries.invalidateQueries({ queryKey: ['admin', 'failed'] }), queries.invalidateQueries({ queryKey: ['admin', 'queues'] })]);
    },
    onError: toasts.fail,
  });
  return (
    <li className="entry">
      <div>
        <p><strong>{name}</strong> <span className="small faint">{names.queue(queueName)} · <time dateTime={failedAt} title={exactly(failedAt)}>{when(failedAt)}</time></span></p>
        <p className="entry-error"><code>{error}</code></p>
        <details className="small">
          <summary>{t('jobs.payload')}</summary>
          {payload === null ? <p className="faint">{t('jobs.secret')}</p> : <code className="payload">{JSON.stringify(payload, undefined, 2)}</code>}
        </details>
      </div>
      <Button busy={retrying.isPending} aria-label={t('jobs.retryOf', { name })} onClick={() => retrying.mutate()}>{t('jobs.retry')}</Button>
    </li>
  );
}
