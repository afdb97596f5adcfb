import { useId, useState } from 'react';
import { useI18n } from '../../i18n/i18n.tsx';
import { Button } from '../../ui/button.tsx';
import { Problem } from '../../ui/problem.tsx';
import { type UploadView, useUploads } from './uploads.tsx';

export function UploadList() {
  const { t } = useI18n();
  const { all } = useUploads();
  if (all.length === 0) return null;
  return (
    <section className="uploads" aria-label={t('upload.list')}>
      {all.map((upload) => <UploadRow key={upload.movieId} upload={upload} />)}
    </section>
  );
}

function UploadRow({ upload }: { readonly upload: UploadView }) {
  const { t, bytes, number } = useI18n();
  const { pause, resume, cancel } = useUploads();
  const { movieId, title, fileName, sentBytes, totalBytes, status, error } = upload;
  const share = totalBytes === 0 ? 0 : Math.min(1, sentBytes / totalBytes);
  const figures = t('upload.progress', { percent: number(Math.floor(share * 100)), sent: bytes(sentBytes), total: bytes(totalBytes) });
  const told = share === 1 && status === 'sending' ? t('upload.checking') : figures;
  return (
    <div className="upload">
      <p>
        <strong>{title}</strong> <span className="faint small tabular">{status !== 'failed' && told}</span>
        {status === 'waiting' && <span className="upload-note" role="status">{t('upload.waiting')}</span>}
        {status === 'paused' && <span className="upload-note">{t('upload.paused')}</span>}
        {status === 'resting' && <span className="upload-note">{t('upload.resting', { name: fileName === '' ? title : fileName })}</span>}
      </p>
      <span className="row">
        {(status === 'sending' || status === 'waiting') && share < 1 && <Button onClick={() => pause(movieId)}>{t('upload.pause')}</Button>}
        {status === 'paused' && <Button look="primary" onClick={() => void resume(movieId)}>{t('upload.resume')}</Button>}
        {status === 'resting' && <ChooseAgain movieId={movieId} />}
        <Button look="quiet" onClick={() => cancel(movieId)}>{t(status === 'failed' ? 'common.close' : 'common.cancel')}</Button>
      </span>
      {status === 'failed'
        ? <Problem error={error} title={t('upload.failed')} onRetry={() => void resume(movieId)} />
        : <progress max={1} value={share} aria-label={t('upload.of', { title })} />}
    </div>
  );
}

/** After a reload the browser does not give the file back: it must be shown to it once more. */
function ChooseAgain({ movieId }: { readonly movieId: number }) {
  const { t } = useI18n();
  const { resume } = useUploads();
  const [other, setOther] = useState(false);
  const id = useId();
  return (
    <>
      <label className="button primary file-button" htmlFor={id}>{t('upload.chooseAgain')}</label>
      <input
        id={id} className="visually-hidden" type="file" accept="video/mp4,video/webm,.mp4,.m4v,.webm"
        aria-describedby={other ? `${id}-error` : undefined}
        onChange={({ target }) => {
          const file = target.files?.[0];
          if (file !== undefined) void resume(movieId, file).then((same) => setOther(!same));
        }}
      />
      {other && <span className="error" role="alert" id={`${id}-error`}>{t('upload.otherFile')}</span>}
    </>
  );
}
