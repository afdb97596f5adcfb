import { useRef, useState } from 'react';
import type { OwnProfile } from '@watchparty/protocol';
import { sendFile } from '../../api/send-file.ts';
import { useI18n } from '../../i18n/i18n.tsx';
import { useSession } from '../../session/context.tsx';
import { Avatar } from '../../ui/avatar.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { Problem } from '../../ui/problem.tsx';

export function PictureForm({ user }: { readonly user: OwnProfile }) {
  const { t, number } = useI18n();
  const session = useSession();
  const [share, setShare] = useState<number>();
  const [problem, setProblem] = useState<unknown>();
  const stop = useRef<AbortController>(undefined);

  async function attempt(work: (signal: AbortSignal) => Promise<OwnProfile>): Promise<void> {
    stop.current = new AbortController();
    const { signal } = stop.current;
    setProblem(undefined);
    setShare(0);
    try {
      session.profileChanged(await work(signal));
    } catch (error) {
      if (!signal.aborted) setProblem(error);
    } finally {
      setShare(undefined);
    }
  }

  const upload = (file: File): Promise<void> => attempt(async (signal) => {
    const body = new FormData();
    body.append('profilePicture', file, 'picture');
    await session.http.accounts.profile({ signal });
    return sendFile<OwnProfile>({
      method: 'POST', path: '/api/auth/upload-profile-picture', body, tokens: session.tokens, signal,
      onProgress: ({ sentBytes, totalBytes }) => setShare(sentBytes / (totalBytes ?? file.size)),
    });
  });

  return (
    <section className="panel">
      <h2>{t('picture.title')}</h2>
      <div className="picture-row">
        <Avatar id={user.id} name={user.displayName} picture={user.profilePicture} size={96} />
        <div className="stack">
          <div className="row">
            <label className="button plain file-button">
              <Icon name="upload" size={18} />
              {t(user.profilePicture === null ? 'picture.choose' : 'picture.change')}
              <input
                className="visually-hidden" type="file" accept="image/jpeg,image/png,image/webp,image/avif,image/gif" disabled={share !== undefined}
                onChange={({ target }) => {
                  const file = target.files?.[0];
                  target.value = '';
                  if (file !== undefined) void upload(file);
                }}
              />
            </label>
            {user.profilePicture !== null && share === undefined && (
              <Button look="quiet" onClick={() => void attempt((signal) => session.http.pictures.removeProfilePicture({ signal }))}>{t('picture.remove')}</Button>
            )}
            {share !== undefined && <Button look="quiet" onClick={() => stop.current?.abort()}>{t('common.cancel')}</Button>}
          </div>
          {share === undefined
            ? <p className="hint">{t('picture.hint')}</p>
            : <><progress max={1} value={share} aria-label={t('picture.sending')} /><p className="hint tabular">{number(Math.round(share * 100))} %</p></>}
          {problem !== undefined && <Problem error={problem} />}
        </div>
      </div>
    </section>
  );
}
