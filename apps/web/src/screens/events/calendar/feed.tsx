import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useHttp } from '../../../session/context.tsx';
import { Button } from '../../../ui/button.tsx';
import { CopyButton } from '../../../ui/copy-button.tsx';
import { Confirm } from '../../../ui/dialog.tsx';
import { TextField } from '../../../ui/field.tsx';
import { Problem } from '../../../ui/problem.tsx';
import { Skeleton } from '../../../ui/states.tsx';
import { useToasts } from '../../../ui/toasts.tsx';
import { useText } from '../i18n/use-text.ts';

/** A secret address at which calendar programs read one's events. It is shown once: the server keeps no copy. */
export function Feed() {
  const { t, when } = useText();
  const { events } = useHttp();
  const queries = useQueryClient();
  const toasts = useToasts();
  const [url, setUrl] = useState<string>();
  const [asking, setAsking] = useState<'renew' | 'remove'>();
  const { data, error, refetch } = useQuery({ queryKey: ['calendar-feed'], queryFn: ({ signal }) => events.calendar({ signal }) });
  const making = useMutation({
    mutationFn: () => events.createCalendar(), onError: toasts.fail,
    onSuccess({ url: made, createdAt }) {
      setUrl(made);
      setAsking(undefined);
      queries.setQueryData(['calendar-feed'], { createdAt });
    },
  });
  const removal = useMutation({
    mutationFn: () => events.removeCalendar(), onError: toasts.fail,
    onSuccess() {
      setUrl(undefined);
      setAsking(undefined);
      queries.setQueryData(['calendar-feed'], { createdAt: null });
      toasts.say(t('feed.removed'));
    },
  });
  return (
    <section className="section panel stack" aria-labelledby="feed">
      <h2 id="feed">{t('feed.title')}</h2>
      <p className="faint">{t('feed.text')}</p>
      {data === undefined && (error === null ? <Skeleton height="40px" /> : <Problem error={error} onRetry={() => void refetch()} />)}
      {data?.createdAt === null && <div className="row"><Button icon="calendar" busy={making.isPending} onClick={() => making.mutate()}>{t('feed.create')}</Button></div>}
      {data?.createdAt != null && (
        <>
          {url !== undefined && (
            <div className="feed-address">
              <TextField label={t('feed.address')} hint={t('feed.once')} value={url} readOnly onFocus={({ target }) => target.select()} />
              <CopyButton text={url} />
            </div>
          )}
          <div className="row">
            {url === undefined && <span className="faint small">{t('feed.since', { when: when(data.createdAt) })}</span>}
            <Button onClick={() => setAsking('renew')}>{t('feed.renew')}</Button>
            <Button look="quiet" onClick={() => setAsking('remove')}>{t('feed.remove')}</Button>
          </div>
        </>
      )}
      <Confirm
        open={asking === 'renew'} onClose={() => setAsking(undefined)} title={t('feed.renewTitle')} text={t('feed.renewText')} action={t('feed.renew')}
        busy={making.isPending} onConfirm={() => making.mutate()}
      />
      <Confirm
        open={asking === 'remove'} onClose={() => setAsking(undefined)} title={t('feed.removeTitle')} text={t('feed.removeText')} action={t('feed.remove')}
        busy={removal.isPending} onConfirm={() => removal.mutate()}
      />
    </section>
  );
}
